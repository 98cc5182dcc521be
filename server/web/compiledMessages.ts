import { IntlMessageFormat } from 'intl-messageformat';
import type { Plugin } from 'vite';

const CATALOGUE = /\/(protocol\/messages|server\/web\/messages\/\w+)\/[\w-]+\.json$/;
/** Notices are rendered without react-intl, by what reads compiled messages alone. */
const NOTICES = '/protocol/messages/';

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
      if (!CATALOGUE.test(id)) return undefined;
      return JSON.stringify(compiled(JSON.parse(code), id.includes(NOTICES) ? partsOf : textOrParts));
    },
  };
}

const compiled = (
  messages: Record<string, string>,
  compile: (message: string) => unknown,
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(messages).map(([id, message]) => [id, compile(message)]));

const partsOf = (message: string) => new IntlMessageFormat(message, 'en').getAst();

/** A message that takes nothing stays text, which is half as long. */
function textOrParts(message: string): unknown {
  const parts = partsOf(message);
  const [first] = parts;
  return parts.length === 1 && first !== undefined && isText(first) ? first.value : parts;
}

/** `TYPE.literal` of the parser. */
const isText = (part: { type: number }): part is { type: 0; value: string } => part.type === 0;
