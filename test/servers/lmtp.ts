import SMTPConnection from 'nodemailer/lib/smtp-connection';

export interface LmtpResult {
  readonly accepted: string[];
  readonly rejected: string[];
}

/** Hands a message to a server's LMTP port. Throws nodemailer's error when no recipient was accepted. */
export function deliverByLmtp(options: {
  port: number;
  /** Empty for the null sender of bounces. */
  from: string;
  to: readonly string[];
  raw: Buffer;
}): Promise<LmtpResult> {
  return new Promise((resolve, reject) => {
    const connection = new SMTPConnection({
      host: '127.0.0.1',
      port: options.port,
      lmtp: true,
      ignoreTLS: true,
      name: 'localhost',
    });
    connection.once('error', reject);
    connection.connect(() => {
      connection.send({ from: options.from || false, to: [...options.to] }, options.raw, (error, info) => {
        connection.quit();
        if (error) reject(error);
        else resolve({ accepted: info.accepted, rejected: info.rejected });
      });
    });
  });
}
