// A browser as far as signing in goes: keeps cookies as it is told to, says where its forms come from, follows nothing.

export interface Visit {
  status: number;
  headers: Headers;
  /** Where it leads; null where it leads nowhere. */
  location: string | null;
  text: string;
}

export interface Visitor {
  /** By name, without what they are told to do. */
  readonly cookies: Map<string, string>;
  get(path: string, headers?: Record<string, string>): Promise<Visit>;
  /** A form of a page of the server, unless `headers` say otherwise. */
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Visit>;
  send(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Visit>;
}

const WAIT_MS = 20_000;

export function visitor(base: string): Visitor {
  const cookies = new Map<string, string>();
  const send: Visitor['send'] = async (method, path, headers, body) => {
    const response = await fetch(new URL(path, base), {
      method,
      redirect: 'manual',
      headers: {
        ...(cookies.size > 0 && {
          cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(WAIT_MS),
    });
    for (const line of response.headers.getSetCookie()) keep(cookies, line);
    const { status, headers: answered } = response;
    return { status, headers: answered, location: answered.get('location'), text: await response.text() };
  };
  return {
    cookies,
    get: (path, headers = {}) => send('GET', path, { accept: 'text/html', ...headers }),
    post: (path, form, headers = {}) =>
      send(
        'POST',
        path,
        {
          accept: 'text/html',
          'content-type': 'application/x-www-form-urlencoded',
          origin: base,
          'sec-fetch-site': 'same-origin',
          ...headers,
        },
        new URLSearchParams(form).toString(),
      ),
    send,
  };
}

/** Only what browsers keep: `__Host-` needs Secure and Path=/, and no Domain. */
function keep(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(/; */);
  const at = pair.indexOf('=');
  const name = pair.slice(0, at);
  const told = attributes.map((each) => each.toLowerCase());
  const isHost =
    told.includes('secure') && told.includes('path=/') && !told.some((each) => each.startsWith('domain'));
  if (name.startsWith('__Host-') && !isHost) throw new Error(`no browser keeps ${line}`);
  if (told.includes('max-age=0')) cookies.delete(name);
  else cookies.set(name, pair.slice(at + 1));
}
