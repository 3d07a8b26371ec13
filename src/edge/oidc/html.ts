// HTML made on the server: a template that escapes whatever is put into it, and the frame that every page of signing in has.
// No script of its own, no style of its own: the policy of these pages allows neither.

export interface Html {
  readonly html: string;
}

type Part = Html | string | number | null | undefined | false | readonly Html[];

/** `html\`<p>${text}</p>\``: texts are escaped, parts that are HTML already are not; null, undefined and false are nothing. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let whole = texts[0]!;
  for (const [at, part] of parts.entries()) whole += textOf(part) + texts[at + 1]!;
  return { html: whole };
}

function textOf(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (typeof part === 'object') return 'html' in part ? part.html : part.map(textOf).join('');
  return escaped(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

export interface PageParts {
  title: string;
  body: Html;
  /** Address of a script of ours. */
  script?: string;
  /** Its address has a secret that is lost by leaving: our name at the top leads nowhere. */
  isOneWay?: boolean;
}

export function page({ title, body, script, isOneWay = false }: PageParts): string {
  return `<!doctype html>
${
  html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} - Bifrost</title>
<link rel="stylesheet" href="/sign-in/style.css">
${script !== undefined && html`<script type="module" src="${script}"></script>`}
</head>
<body>
<main>
<p class="brand"><span aria-hidden="true"></span>${isOneWay ? 'Bifrost' : html`<a href="/">Bifrost</a>`}</p>
<h1>${title}</h1>
${body}
</main>
</body>
</html>`.html
}
`;
}
