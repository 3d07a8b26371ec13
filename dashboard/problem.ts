// What a refusal of the API looks like (RFC 9457), as far as pages read it.

export interface RequestRefusal {
  title?: string;
  detail?: string;
  requestId?: string;
  problems?: readonly { path: string; problem: string }[];
  [further: string]: unknown;
}
