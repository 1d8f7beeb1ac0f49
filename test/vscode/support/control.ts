import type { Weather } from '../environment';

/** Makes the mail server behave so towards a user, until told otherwise. */
export async function setWeather(user: string, weather: Weather): Promise<void> {
  const { MAILPANE_TEST_CONTROL: url } = process.env;
  if (url === undefined) throw new Error('the runner has told no MAILPANE_TEST_CONTROL');
  const { status } = await fetch(url, { method: 'POST', body: JSON.stringify({ user, weather }) });
  if (status !== 204) throw new Error(`the runner refused (${status}) ${weather} for ${user}`);
}
