/** Why this computer does not trust a certificate by itself. */
export type CertificateProblem = 'self-signed' | 'unknown-issuer' | 'expired' | 'other-host' | 'other';

/** What a server shows of itself before a password goes there; the words are the server's own, none is verified. */
export interface ServerCertificate {
  /** SHA-256, as TLS tools write it (AB:CD:…). */
  readonly fingerprint: string;
  /** Whom it was made for: its common name, or its first alternative name. */
  readonly subject: string;
  readonly issuer: string;
  /** ms since 1970. */
  readonly validFrom: number;
  readonly validTo: number;
  /** Null: this computer trusts it for this host. */
  readonly problem: CertificateProblem | null;
}
