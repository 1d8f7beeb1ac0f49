import { syncErrorReasons } from '../../model/sync-error-reasons';

/** Kinds of entries (`kind` of the log). */
const kinds: ReadonlySet<string> = new Set([
  'connect',
  'changes',
  'backfill',
  'send',
  'push',
  'check',
  'data',
  'database',
]);

const reasons: ReadonlySet<string> = new Set(syncErrorReasons);

/** What is counted, beside the kinds of findings. */
const counts: ReadonlySet<string> = new Set([
  'requests',
  'bytesReceived',
  'bytesSent',
  'added',
  'changed',
  'removed',
  'mailboxes',
  'emails',
  'done',
  'sent',
  'failed',
  'accounts',
  'changes',
  'orphans',
  'unreadable',
  'undecided',
]);

export const isKind = (text: string): boolean => kinds.has(text);
export const isReason = (text: string): boolean => reasons.has(text);
export const isCount = (text: string): boolean => counts.has(text);

/** Words of systems and protocols that say what went wrong, and nothing of whom it concerns. */
const codes: readonly RegExp[] = [
  /\b(?:ECONN(?:REFUSED|RESET|ABORTED)|E(?:HOST|NET)(?:DOWN|UNREACH)|ENETRESET|EADDRNOTAVAIL|EAI_AGAIN|EPIPE|EPROTO)\b/g,
  /\b(?:ENOTFOUND|ENOTCONN|ETIMEDOUT|ENOSPC|EACCES|EIO|EROFS|ETHROTTLE|UND_ERR_[A-Z]{4,8}(?:_TIMEOUT)?)\b/g,
  /\b(?:CERT_(?:HAS_EXPIRED|NOT_YET_VALID|REVOKED)|(?:DEPTH_ZERO_SELF_SIGNED|ERR_TLS)_CERT(?:_ALTNAME_INVALID)?)\b/g,
  /\b(?:SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:GET_ISSUER_CERT(?:_LOCALLY)?|VERIFY_LEAF_SIGNATURE)|HOSTNAME_MISMATCH)\b/g,
  /\bHTTP [1-5]\d\d\b/g,
  /\b(?:Email|Mailbox|Thread|Identity|EmailSubmission)\/(?:get|set|query|changes|queryChanges|import)\b/g,
  /\b(?:unknownMethod|invalidArguments|invalidResultReference|forbidden|accountNotFound|accountReadOnly)\b/g,
  /\b(?:stateMismatch|cannotCalculateChanges|requestTooLarge|tooManyChanges|unsupportedFilter|unsupportedSort)\b/g,
  /\b(?:serverFail|serverUnavailable|serverPartialFail|anchorNotFound|overQuota|rateLimit|invalidPatch)\b/g,
  /\b(?:UNAVAILABLE|AUTH(?:ENTICATION|ORIZATION)FAILED|EXPIRED|CONTACTADMIN|INUSE|SERVERBUG|CLIENTBUG|CANNOT)\b/g,
  /\b(?:EXPUNGEISSUED|NOPERM|OVERQUOTA|LIMIT|ALREADYEXISTS|NONEXISTENT|TRYCREATE|TOOBIG|CORRUPTION|BYE)\b/g,
  // Where in our own program; the paths before it name the person's folder.
  /\b(?:engine|extension)\.js:\d{1,7}:\d{1,7}\b/g,
];

/** Those of the words above that a text holds, in its order, each once. */
export function knownCodes(text: string): string[] {
  const found = codes.flatMap((code) => [...text.matchAll(code)].map((match) => ({ at: match.index, code: match[0] })));
  found.sort((a, b) => a.at - b.at);
  return [...new Set(found.map(({ code }) => code))];
}

/** Registered by IANA for IMAP, with what stands behind `=` where that is registered too. */
const imapCapabilities =
  /^(?:IMAP4REV[12]|ACL|APPENDLIMIT(?:=\d+)?|AUTH=(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|DIGEST-MD5|SCRAM-SHA-(?:1|256|512)(?:-PLUS)?|EXTERNAL|GSSAPI|NTLM|ANONYMOUS)|BINARY|CATENATE|CHILDREN|COMPRESS=DEFLATE|CONDSTORE|CONTEXT=(?:SEARCH|SORT)|CONVERT|CREATE-SPECIAL-USE|ENABLE|ESEARCH|ESORT|FILTERS|ID|IDLE|INPROGRESS|JMAPACCESS|LANGUAGE|LIST-(?:EXTENDED|METADATA|MYRIGHTS|STATUS)|LITERAL[+-]|LOGIN-REFERRALS|LOGINDISABLED|MAILBOX-REFERRALS|MESSAGELIMIT=\d+|METADATA(?:-SERVER)?|MOVE|MULTIAPPEND|MULTISEARCH|NAMESPACE|NOTIFY|OBJECTID(?:BIS)?|PARTIAL|PREVIEW|QRESYNC|QUOTA(?:SET|=RES-(?:STORAGE|MESSAGE|MAILBOX|ANNOTATION-STORAGE))?|REPLACE|RIGHTS=[a-z]+|SASL-IR|SAVE(?:DATE|LIMIT=\d+)|SEARCH(?:=FUZZY|RES)|SORT(?:=DISPLAY)?|SPECIAL-USE|STARTTLS|STATUS=SIZE|THREAD=(?:ORDEREDSUBJECT|REFERENCES|REFS)|UIDBATCHES|UIDONLY|UIDPLUS|UNAUTHENTICATE|UNSELECT|URL-PARTIAL|URLAUTH(?:=BINARY)?|UTF8=(?:ACCEPT|ONLY)|WITHIN|X-GM-EXT-1|XLIST|XAPPLEPUSHSERVICE|SNIPPET=FUZZY)$/i;
/** Registered by IANA for JMAP: a word at the end, and no address. */
const jmapCapabilities =
  /^urn:ietf:params:jmap:(?:core|mail|submission|vacationresponse|websocket|mdn|smimeverify|blob|quota|sieve|contacts(?:parse)?|calendars(?:parse)?|principals(?:owner)?|sharing|tasks|filenode|metadata|emailpush|webpush-vapid|refplus)$/;

/** A server's own capabilities may say anything; they are only counted. */
export function knownCapabilities(capabilities: readonly string[]): { known: string[]; others: number } {
  const known = capabilities.filter((name) => imapCapabilities.test(name) || jmapCapabilities.test(name));
  return { known: [...known].sort(), others: capabilities.length - known.length };
}
