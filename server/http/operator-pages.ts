import { readFileSync } from 'node:fs';
import express, { type Router } from 'express';
import { PlugpactError } from '../../protocol/errors.ts';

/** Who runs this server, and what it does with data: texts that the law asks for, which only the operator can write. */
export const OPERATOR_PAGES = { imprint: '/imprint', privacy: '/privacy' } as const;
type Name = keyof typeof OPERATOR_PAGES;

const TITLES: Record<Name, string> = { imprint: 'Imprint', privacy: 'Privacy' };

/**
 * Serves the operator's texts as pages of their own, without a script. They are read once.
 *
 * @throws PlugpactError `config.invalid` where a file cannot be read.
 */
export function operatorPages(files: Readonly<Record<Name, string | undefined>>): Router {
  const router = express.Router();
  for (const name of Object.keys(OPERATOR_PAGES) as Name[]) {
    const file = files[name];
    if (file === undefined) continue;
    const page = pageOf(TITLES[name], textOf(name, file));
    router.get(OPERATOR_PAGES[name], (_req, res) => {
      res.type('html').set('cache-control', 'no-cache').send(page);
    });
  }
  return router;
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (char) => ESCAPES[char]!);

/** Blank lines end a paragraph; `#` and `##` begin a heading. Everything else is text. */
const pageOf = (title: string, text: string): string => {
  const parts = text
    .split(/\r?\n\s*\r?\n/)
    .map((part) => escaped(part.trim()))
    .filter((part) => part !== '')
    .map((part) => {
      const [, marks = '', rest = part] = /^(#{1,2}) +([\s\S]*)$/.exec(part) ?? [];
      const tag = marks === '' ? 'p' : `h${marks.length}`;
      return `<${tag}>${rest.replaceAll(/\r?\n/g, '<br>')}</${tag}>`;
    });
  return `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
<body style="max-width:42rem;margin:2rem auto;padding:0 1rem;font-family:system-ui,sans-serif;line-height:1.5">
${parts.join('\n')}
<p><a href="/">Back</a></p></body></html>
`;
};

function textOf(name: Name, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new PlugpactError({
      code: 'config.invalid',
      value: `${name.toUpperCase()}_FILE = ${file} (${(error as NodeJS.ErrnoException).code})`,
      rule: 'The file must be a text that this server may read.',
      remedy: 'Write it, or unset the variable.',
    });
  }
}
