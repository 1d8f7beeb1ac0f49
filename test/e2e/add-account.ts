import type { Workbench } from './workbench';

export const addAccountTitle = 'Add Mail Account';

/** Adds an account as a person without a mouse does, from the palette to the name. */
export async function addAccountByDialogue(
  { quickInput, page }: Workbench,
  { url, user, password }: { url: string; user: string; password: string },
): Promise<void> {
  await quickInput.runCommand('Mail: Add Account…');
  await quickInput.enter(url, addAccountTitle);
  await quickInput.acceptFirst('127.0.0.1');
  await quickInput.acceptFirst('User name and password');
  await quickInput.enterAfter('User name at', user);
  await quickInput.enterAfter('Password of', password);
  await quickInput.waitForText('Name of the account');
  await page.keyboard.press('Enter');
}
