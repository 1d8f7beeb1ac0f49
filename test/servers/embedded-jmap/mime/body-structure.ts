import type { MimePart } from './parse-message';

/** The three flattened views of a message's parts (RFC 8621 §4.1.4). */
export type FlatBody = { textBody: MimePart[]; htmlBody: MimePart[]; attachments: MimePart[] };

/** The algorithm that RFC 8621 §4.1.4 suggests, step by step. */
export function flattenBody(root: MimePart): FlatBody {
  const body: FlatBody = { textBody: [], htmlBody: [], attachments: [] };
  walk([root], 'mixed', false, body.htmlBody, body.textBody, body.attachments);
  return body;
}

function walk(
  parts: MimePart[],
  multipartType: string,
  inAlternative: boolean,
  htmlBody: MimePart[] | null,
  textBody: MimePart[] | null,
  attachments: MimePart[],
): void {
  const textLength = textBody?.length ?? -1;
  const htmlLength = htmlBody?.length ?? -1;
  for (const [index, part] of parts.entries()) {
    if (part.type.startsWith('multipart/')) {
      const subtype = part.type.slice('multipart/'.length);
      walk(part.children, subtype, inAlternative || subtype === 'alternative', htmlBody, textBody, attachments);
      continue;
    }
    if (!isInlineBody(part, index, multipartType)) {
      attachments.push(part);
      continue;
    }
    if (multipartType === 'alternative') {
      if (part.type === 'text/plain') textBody?.push(part);
      else if (part.type === 'text/html') htmlBody?.push(part);
      else attachments.push(part);
      continue;
    }
    if (inAlternative) {
      if (part.type === 'text/plain') htmlBody = null;
      if (part.type === 'text/html') textBody = null;
    }
    textBody?.push(part);
    htmlBody?.push(part);
    if ((textBody === null || htmlBody === null) && isInlineMedia(part.type)) attachments.push(part);
  }
  if (multipartType === 'alternative' && textBody !== null && htmlBody !== null) {
    if (textLength === textBody.length && htmlLength !== htmlBody.length) textBody.push(...htmlBody.slice(htmlLength));
    if (htmlLength === htmlBody.length && textLength !== textBody.length) htmlBody.push(...textBody.slice(textLength));
  }
}

function isInlineBody(part: MimePart, index: number, multipartType: string): boolean {
  const isBodyType = part.type === 'text/plain' || part.type === 'text/html';
  return (
    part.disposition?.value.toLowerCase() !== 'attachment' &&
    (isBodyType || isInlineMedia(part.type)) &&
    // The first part, or one that is no more than text without a name beside it.
    (index === 0 || (multipartType !== 'related' && (isInlineMedia(part.type) || partName(part) === null)))
  );
}

function isInlineMedia(type: string): boolean {
  return /^(?:image|audio|video)\//.test(type);
}

/** The file name that a part suggests, or null. */
export function partName(part: MimePart): string | null {
  return part.disposition?.parameters.get('filename') ?? part.typeParameters.get('name') ?? null;
}

/** A part and all below it that have a body. */
export function leaves(part: MimePart): MimePart[] {
  return part.partId === null ? part.children.flatMap(leaves) : [part];
}

/** RFC 8621 §4.1.4: something that a person would call an attachment is there. */
export function hasAttachment(body: FlatBody): boolean {
  return body.attachments.some((part) => part.disposition?.value.toLowerCase() !== 'inline');
}
