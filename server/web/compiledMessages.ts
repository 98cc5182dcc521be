import { IntlMessageFormat } from 'intl-messageformat';
import type { Plugin } from 'vite';

const CATALOGUE = /\/(protocol\/messages|server\/web\/messages\/\w+)\/[\w-]+\.json$/;

/** Compiles the ICU messages as the page is built, so that the page needs no parser of messages. */
export function compiledMessages(): Plugin {
  return {
    name: 'plugpact:compiled-messages',
    enforce: 'pre',
    config: () => ({
      resolve: {
        alias: {
          '@formatjs/icu-messageformat-parser': '@formatjs/icu-messageformat-parser/no-parser.js',
        },
      },
    }),
    transform(code, id) {
      return CATALOGUE.test(id) ? JSON.stringify(compiled(JSON.parse(code))) : undefined;
    },
  };
}

const compiled = (messages: Record<string, string>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(messages).map(([id, message]) => [id, new IntlMessageFormat(message, 'en').getAst()]),
  );
