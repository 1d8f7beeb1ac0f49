import { MethodError } from '../errors';
import { utcDate, type JsonObject } from '../json';
import { flattenBody, hasAttachment, leaves, partName } from '../mime/body-structure';
import { decodeBody, decodeText } from '../mime/decode-body';
import { headerValue, parseHeaderProperty, type HeaderProperty } from '../mime/header-forms';
import { parseMessage, type HeaderField, type MimePart } from '../mime/parse-message';
import { previewOf } from '../mime/preview';
import { partBlobId } from '../store/blobs';
import type { Account } from '../store/account';
import type { EmailRecord } from '../store/records';

/** Properties that are header fields under a short name (RFC 8621 §4.1.2.7). */
export const HEADER_SHORTCUTS = new Map<string, string>([
  ['messageId', 'header:Message-ID:asMessageIds'],
  ['inReplyTo', 'header:In-Reply-To:asMessageIds'],
  ['references', 'header:References:asMessageIds'],
  ['sender', 'header:Sender:asAddresses'],
  ['from', 'header:From:asAddresses'],
  ['to', 'header:To:asAddresses'],
  ['cc', 'header:Cc:asAddresses'],
  ['bcc', 'header:Bcc:asAddresses'],
  ['replyTo', 'header:Reply-To:asAddresses'],
  ['subject', 'header:Subject:asText'],
  ['sentAt', 'header:Date:asDate'],
]);

const METADATA = ['id', 'blobId', 'threadId', 'mailboxIds', 'keywords', 'size', 'receivedAt'];
const BODY = ['bodyStructure', 'bodyValues', 'textBody', 'htmlBody', 'attachments', 'hasAttachment', 'preview'];
const PART = 'partId,blobId,size,headers,name,type,charset,disposition,cid,language,location,subParts'.split(',');

export const defaultProperties = [
  ...METADATA,
  ...HEADER_SHORTCUTS.keys(),
  ...BODY.filter((property) => property !== 'bodyStructure'),
];
export const defaultBodyProperties = PART.filter((property) => property !== 'headers' && property !== 'subParts');

/** What of an Email is asked for. */
export type EmailFields = {
  properties: string[];
  bodyProperties: string[];
  fetchTextBodyValues: boolean;
  fetchHTMLBodyValues: boolean;
  fetchAllBodyValues: boolean;
  /** Octets of a body value; 0 for all. */
  maxBodyValueBytes: number;
};

/** @throws MethodError `invalidArguments` for a property that does not exist */
export function checkFields({ properties, bodyProperties }: EmailFields): void {
  const known = new Set([...METADATA, ...BODY, ...HEADER_SHORTCUTS.keys(), 'headers']);
  const wrong =
    properties.find((property) => !known.has(property) && parseHeaderProperty(property) === undefined) ??
    bodyProperties.find((property) => !PART.includes(property) && parseHeaderProperty(property) === undefined);
  if (wrong !== undefined) throw new MethodError('invalidArguments', `properties: ${wrong} is none`);
}

/** An Email object with the wanted properties. The octets are parsed only if one of them needs it. */
export function emailToJson(email: EmailRecord, account: Account, fields: EmailFields): JsonObject {
  let root: MimePart | undefined;
  const message = () => (root ??= parseMessage(account.blobs.get(email.blobId) ?? Buffer.alloc(0)));
  const json: JsonObject = { id: email.id };
  for (const property of fields.properties) json[property] = read(property, email, message, fields);
  return json;
}

function read(property: string, email: EmailRecord, message: () => MimePart, fields: EmailFields): unknown {
  const part = (leaf: MimePart) => partToJson(leaf, email.blobId, fields.bodyProperties);
  switch (property) {
    case 'id':
    case 'blobId':
    case 'threadId':
    case 'size':
      return email[property];
    case 'mailboxIds':
    case 'keywords':
      return Object.fromEntries([...email[property]].map((key) => [key, true]));
    case 'receivedAt':
      return utcDate(email.receivedAt);
    case 'headers':
      return message().headers;
    case 'bodyStructure':
      return structureToJson(message(), email.blobId, fields.bodyProperties);
    case 'bodyValues':
      return bodyValues(message(), fields);
    case 'textBody':
    case 'htmlBody':
    case 'attachments':
      return flattenBody(message())[property].map(part);
    case 'hasAttachment':
      return hasAttachment(flattenBody(message()));
    case 'preview':
      return previewOf(message());
    default:
      return readHeader(message().headers, HEADER_SHORTCUTS.get(property) ?? property);
  }
}

const parsedProperties = new Map<string, HeaderProperty | undefined>();

function readHeader(headers: HeaderField[], property: string): unknown {
  if (!parsedProperties.has(property)) parsedProperties.set(property, parseHeaderProperty(property));
  const parsed = parsedProperties.get(property);
  return parsed === undefined ? null : headerValue(headers, parsed);
}

/** With `subParts` at every multipart, asked for or not: else it would be no structure (RFC 8621 §4.1.4). */
function structureToJson(part: MimePart, messageBlobId: string, properties: string[]): JsonObject {
  const json = partToJson(part, messageBlobId, properties);
  if (part.partId !== null) return json;
  return { ...json, subParts: part.children.map((child) => structureToJson(child, messageBlobId, properties)) };
}

function partToJson(part: MimePart, messageBlobId: string, properties: string[]): JsonObject {
  const json: JsonObject = {};
  for (const property of properties) json[property] = readPart(property, part, messageBlobId);
  return json;
}

function readPart(property: string, part: MimePart, messageBlobId: string): unknown {
  switch (property) {
    case 'partId':
      return part.partId;
    case 'blobId':
      return part.partId === null ? null : partBlobId(messageBlobId, part.partId);
    case 'size':
      return part.partId === null ? 0 : decodeBody(part).length;
    case 'headers':
      return part.headers;
    case 'name':
      return partName(part);
    case 'type':
      return part.type;
    case 'charset':
      return charsetOf(part);
    case 'disposition':
      return part.disposition?.value.toLowerCase() ?? null;
    case 'cid':
      return angledOr(readHeader(part.headers, 'header:Content-ID:asMessageIds'));
    case 'language': {
      const languages = readHeader(part.headers, 'header:Content-Language:asRaw');
      return typeof languages === 'string' ? languages.split(',').map((language) => language.trim()) : null;
    }
    case 'location': {
      const location = readHeader(part.headers, 'header:Content-Location:asRaw');
      return typeof location === 'string' ? location.trim() : null;
    }
    case 'subParts':
      return null;
    default:
      return readHeader(part.headers, property);
  }
}

/** `us-ascii` for a text that names none, null for what is no text (RFC 8621 §4.1.4). */
function charsetOf(part: MimePart): string | null {
  return part.type.startsWith('text/') ? (part.typeParameters.get('charset') ?? 'us-ascii') : null;
}

function angledOr(ids: unknown): unknown {
  return Array.isArray(ids) ? (ids as unknown[])[0] : null;
}

function bodyValues(root: MimePart, fields: EmailFields): JsonObject {
  const flat = flattenBody(root);
  const wanted = [
    ...(fields.fetchTextBodyValues ? flat.textBody : []),
    ...(fields.fetchHTMLBodyValues ? flat.htmlBody : []),
    ...(fields.fetchAllBodyValues ? leaves(root) : []),
  ].filter((part) => part.type.startsWith('text/'));
  return Object.fromEntries(
    wanted.map((part): [string, JsonObject] => {
      const { text, isEncodingProblem } = decodeText(part);
      const { value, isTruncated } = truncate(text, part.type, fields.maxBodyValueBytes);
      return [part.partId ?? '', { value, isEncodingProblem, isTruncated }];
    }),
  );
}

/** Cuts between characters, and not inside an HTML tag (RFC 8621 §4.2). */
function truncate(text: string, type: string, maxBytes: number): { value: string; isTruncated: boolean } {
  const octets = Buffer.from(text);
  if (maxBytes === 0 || octets.length <= maxBytes) return { value: text, isTruncated: false };
  let end = maxBytes;
  while (end > 0 && ((octets[end] ?? 0) & 0xc0) === 0x80) end--;
  const value = octets.subarray(0, end).toString('utf8');
  const openTag = value.lastIndexOf('<');
  const inTag = type === 'text/html' && openTag > value.lastIndexOf('>');
  return { value: inTag ? value.slice(0, openTag) : value, isTruncated: true };
}
