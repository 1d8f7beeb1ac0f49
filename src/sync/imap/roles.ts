import type { MailboxRole } from '../../model/mailbox';

/** Special use (RFC 6154), in lower case: Cyrus sends it so. */
const attributes: Readonly<Record<string, MailboxRole>> = {
  '\\inbox': 'inbox',
  '\\drafts': 'drafts',
  '\\sent': 'sent',
  '\\archive': 'archive',
  '\\junk': 'junk',
  '\\spam': 'junk',
  '\\trash': 'trash',
  '\\all': 'all',
  '\\allmail': 'all',
  '\\flagged': 'flagged',
  '\\starred': 'flagged',
  '\\important': 'important',
};

/** What servers and programs call these mailboxes where nobody says it otherwise, in lower case. */
const names: Readonly<Partial<Record<MailboxRole, readonly string[]>>> = {
  drafts: words(`drafts|draft|draft messages|entwürfe|brouillons|borradores|bozze|rascunhos|concepten|utkast|kladder|
    luonnokset|szkice|wersje robocze|rozepsané|koncepty|piszkozatok|ciorne|черновики|чернетки|πρόχειρα|taslaklar|
    下書き|草稿|草稿箱|임시보관함|טיוטות|مسودات`),
  sent: words(`sent|sent items|sent mail|sent messages|outbox sent|gesendet|gesendete objekte|gesendete elemente|
    gesendete nachrichten|envoyés|éléments envoyés|messages envoyés|enviados|elementos enviados|correo enviado|
    inviata|posta inviata|itens enviados|verzonden|verzonden items|skickat|skickade objekt|sendt|sendte elementer|
    lähetetyt|wysłane|elementy wysłane|odeslané|odoslané|elküldött|trimise|отправленные|надіслані|απεσταλμένα|
    gönderilmiş öğeler|送信済み|送信済みアイテム|已发送|已发送邮件|寄件備份|보낸편지함|보낸 편지함|פריטים שנשלחו|المرسلة`),
  archive:
    words(`archive|archives|archiv|archivio|archivo|arquivo|arquivos|archief|arkiv|arkisto|archiwum|archív|arhivă|
    архив|архів|αρχειοθήκη|arşiv|アーカイブ|归档|存档|封存|보관함|ארכיון|أرشيف`),
  junk: words(`junk|junk mail|junk e-mail|junk email|spam|bulk mail|junk-e-mail|spamverdacht|unerwünscht|
    courrier indésirable|indésirables|pourriel|correo no deseado|no deseado|posta indesiderata|lixo eletrônico|
    ongewenst|ongewenste e-mail|skräppost|søppelpost|roskaposti|wiadomości-śmieci|nevyžádaná pošta|levélszemét|
    нежелательная почта|спам|ανεπιθύμητα|istenmeyen|迷惑メール|垃圾邮件|垃圾郵件|스팸|스팸메일함|דואר זבל|بريد غير مرغوب`),
  trash: words(`trash|deleted|deleted items|deleted messages|bin|rubbish|papierkorb|gelöscht|gelöschte objekte|
    gelöschte elemente|corbeille|éléments supprimés|papelera|eliminados|elementos eliminados|cestino|posta eliminata|
    lixeira|itens excluídos|prullenbak|verwijderde items|papperskorg|borttagna objekt|papirkurv|slettet|
    slettede elementer|roskakori|poistetut|kosz|elementy usunięte|koš|odstraněné|lomtár|törölt elemek|coș de gunoi|
    корзина|удаленные|удалённые|кошик|κάδος απορριμμάτων|çöp kutusu|ゴミ箱|ごみ箱|已删除|已删除邮件|垃圾桶|휴지통|
    אשפה|سلة المهملات`),
};

function words(list: string): readonly string[] {
  return list.split('|').map((name) => name.trim());
}

export interface Listed {
  readonly path: string;
  readonly name: string;
  /** Of LIST, in lower case. */
  readonly attributes: ReadonlySet<string>;
  readonly depth: number;
}

/**
 * Roles by path, one mailbox each: what the server says counts before what a name suggests, and a name only for a role
 * that the server gave to none. Names are looked for at the top, or right below INBOX, where some servers put all.
 */
export function assignRoles(mailboxes: readonly Listed[]): Map<string, MailboxRole> {
  const roles = new Map<string, MailboxRole>();
  const taken = new Set<MailboxRole>();
  const assign = (path: string, role: MailboxRole): void => {
    if (taken.has(role) || roles.has(path)) return;
    taken.add(role);
    roles.set(path, role);
  };
  for (const { path } of mailboxes) if (path === 'INBOX') assign(path, 'inbox');
  for (const { path, attributes: told } of mailboxes) {
    for (const attribute of told) {
      const role = attributes[attribute];
      if (role !== undefined) assign(path, role);
    }
  }
  for (const [role, known] of Object.entries(names) as [MailboxRole, readonly string[]][]) {
    // In the order of the names: the commonest first, not the first that the server lists.
    const candidates = mailboxes.filter(({ depth, attributes: told }) => depth === 0 && !told.has('\\noselect'));
    for (const name of known) {
      const match = candidates.find((mailbox) => mailbox.name.normalize('NFC').toLowerCase() === name);
      if (match !== undefined) assign(match.path, role);
    }
  }
  return roles;
}
