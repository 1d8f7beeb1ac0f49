import * as v from 'valibot';

/** The settings of an account where they come from outside: another process, or a damaged file. */
export const mailServer = v.object({
  host: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  security: v.picklist(['tls', 'starttls', 'none']),
  pinnedCertificate: v.nullable(v.pipe(v.string(), v.regex(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/i))),
});
export const accountSettings = v.variant('protocol', [
  v.object({
    protocol: v.literal('jmap'),
    sessionUrl: v.pipe(v.string(), v.url()),
    auth: v.picklist(['basic', 'bearer']),
    username: v.string(),
  }),
  v.object({ protocol: v.literal('imap'), imap: mailServer, smtp: v.nullable(mailServer), username: v.string() }),
]);
