// Somebody's browser, as far as the demo needs one: keeps cookies for each server, goes where it is sent, and reads what the
// page says. Owns nothing of what the pages are about.

export interface Page {
  readonly url: string;
  readonly status: number;
  /** The heading. */
  readonly title: string;
  /** Sentences of the page, one paragraph each. */
  readonly words: readonly string[];
}

export interface Browser {
  /** Goes there, and on for as long as it is sent on. `stops`: every address on the way. */
  open(url: string): Promise<Page & { readonly stops: readonly string[] }>;
}

const WAIT_MS = 20_000;
const STOPS_MOST = 10;

/** `onTheWay`: what a person does on a page of the provider, written into the address. */
export function openBrowser(onTheWay: (url: URL) => void = () => {}): Browser {
  const cookies = new Map<string, Map<string, string>>();
  return {
    async open(start) {
      const stops: string[] = [];
      for (let url = new URL(start); stops.length < STOPS_MOST; ) {
        onTheWay(url);
        stops.push(url.href);
        const kept = cookies.get(url.host) ?? new Map<string, string>();
        cookies.set(url.host, kept);
        const response = await fetch(url, {
          redirect: 'manual',
          headers: { accept: 'text/html', cookie: [...kept].map((pair) => pair.join('=')).join('; ') },
          signal: AbortSignal.timeout(WAIT_MS),
        });
        for (const line of response.headers.getSetCookie()) keep(kept, line);
        const next = response.headers.get('location');
        const text = await response.text();
        if (next === null) return { url: url.href, status: response.status, ...readPage(text), stops };
        url = new URL(next, url);
      }
      throw new Error(`the browser is sent round in circles: ${stops.at(-1)}`);
    },
  };
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(/; */);
  const at = pair.indexOf('=');
  if (attributes.some((each) => each.toLowerCase() === 'max-age=0')) cookies.delete(pair.slice(0, at));
  else cookies.set(pair.slice(0, at), pair.slice(at + 1));
}

/** Of the pages of Bifrost, which are plain HTML: headings and paragraphs, without what is in small print. */
export function readPage(html: string): Pick<Page, 'title' | 'words'> {
  const [, title = ''] = /<h1>(.*?)<\/h1>/s.exec(html) ?? [];
  const paragraphs = [...html.matchAll(/<(p|h2)( class="[^"]*")?>(.*?)<\/\1>/gs)]
    .filter(([, , kind]) => kind === undefined)
    .map(([, , , text = '']) => plain(text));
  return {
    title: plain(title),
    words: paragraphs.filter((text) => text !== '' && text !== 'Back to sign-in'),
  };
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };

function plain(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replace(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => ENTITIES[name]!)
    .replace(/\s+/g, ' ')
    .trim();
}
