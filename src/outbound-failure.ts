// Why an outbound request brought no answer: a closed list, with what an administrator can do. Holds no secret: neither
// headers nor bodies nor the query of an address.

export type OutboundFailureKind =
  /** The address is not public and not in a trusted network, or the URL is not one that we call. */
  | 'blocked'
  | 'dns'
  | 'connect'
  | 'tls'
  | 'timeout'
  | 'tooLarge'
  | 'redirect'
  /** What came is no HTTP, or was cut off. */
  | 'protocol';

export interface OutboundFailureFacts {
  readonly kind: OutboundFailureKind;
  /** Host and port as the URL says them. */
  readonly host: string;
  /** What the host resolved to, as far as known. */
  readonly addresses: readonly string[];
  /** What an administrator can do. */
  readonly advice: string;
  /** Listed as a trusted network, this would let it through. */
  readonly network?: string;
}

/** The message is a sentence that names the host and the address; show it together with `advice`. */
export class OutboundFailure extends Error {
  readonly kind: OutboundFailureKind;
  readonly host: string;
  readonly addresses: readonly string[];
  readonly advice: string;
  readonly network: string | null;

  constructor(message: string, facts: OutboundFailureFacts) {
    super(message);
    this.name = 'OutboundFailure';
    this.kind = facts.kind;
    this.host = facts.host;
    this.addresses = facts.addresses;
    this.advice = facts.advice;
    this.network = facts.network ?? null;
  }
}

const DNS_CODES = /^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL|EREFUSED|EBADNAME|EBADRESP)$/;
const CONNECT_CODES =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EPIPE|ENETDOWN|EHOSTDOWN)$/;
const TLS_CODES =
  /^(ERR_TLS_\w+|ERR_SSL_\w+|EPROTO|CERT_\w+|UNABLE_TO_\w+|\w*SELF_SIGNED\w*|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|CRL_\w+)$/;

/** What a failure of the transport was; an error that is none of these is a bug of ours and thrown on. */
export function outboundFailure(error: unknown, host: string, addresses: readonly string[]): OutboundFailure {
  if (error instanceof OutboundFailure) return error;
  const code = codeOf(error);
  const where = addresses.length > 0 ? `${host} (${addresses.join(', ')})` : host;
  const make = (kind: OutboundFailureKind, message: string, advice: string) =>
    new OutboundFailure(message, { kind, host, addresses, advice });
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return timedOut(host, addresses);
  if (DNS_CODES.test(code)) {
    return make(
      'dns',
      `The name ${host} could not be resolved (${code}).`,
      'Check the spelling, and the DNS servers of this machine.',
    );
  }
  // What the operating system refused otherwise is about the connection too.
  if (CONNECT_CODES.test(code) || isOfSystem(error)) {
    return make(
      'connect',
      `No connection to ${where} (${code}).`,
      'Check that the service runs, and that a firewall lets this server reach it.',
    );
  }
  if (TLS_CODES.test(code)) {
    return make(
      'tls',
      `The TLS certificate of ${where} was not accepted (${code}).`,
      'Check its name, its date and its chain; a certificate authority of your own is named with NODE_EXTRA_CA_CERTS.',
    );
  }
  if (/^(HPE_|UND_ERR_)/.test(code)) {
    return make(
      'protocol',
      `The answer of ${where} was cut off or is no HTTP (${code}).`,
      'Check what answers there.',
    );
  }
  throw error;
}

/** It did not answer within the time that the request was given. */
export function timedOut(host: string, addresses: readonly string[]): OutboundFailure {
  const where = addresses.length > 0 ? `${host} (${addresses.join(', ')})` : host;
  return new OutboundFailure(`${where} did not answer in time.`, {
    kind: 'timeout',
    host,
    addresses,
    advice: 'Check that the service runs, and that a firewall lets this server reach it.',
  });
}

function isOfSystem(error: unknown): boolean {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

function codeOf(error: unknown): string {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { code } = each as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
    // Several addresses were tried: each has its own error.
    if (each instanceof AggregateError && each.errors.length > 0) return codeOf(each.errors[0]);
  }
  return '';
}
