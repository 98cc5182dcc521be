import { describe, expect, it } from 'vitest';
import { fromAgent, toAgent } from '../../protocol/link.ts';
import { SIGNED_TYPES } from '../../protocol/signedTypes.ts';
import { filesBelow, textOf } from './markdown.ts';

const SOURCES = filesBelow('protocol').filter((file) => file.endsWith('.ts'));

const EXPORTED = /^export (?:async )?(?:const|function|class|interface|type) (\w+)/gm;
/** A line of a packed word's layout: `['energyWh', 48],`. */
const PACKED_FIELD = /^ +\['(\w+)', \d+\],$/gm;

/** The names that a source file gives to words of the protocol. */
const namesIn = (source: string): string[] =>
  [EXPORTED, PACKED_FIELD].flatMap((pattern) => [...source.matchAll(pattern)].map(([, name = '']) => name));

/** Operations and their shapes: the OpenAPI document describes them, member by member. */
const isOfApi = (file: string): boolean => file.startsWith('protocol/api/');

/** Every name in `protocol/` that a reader may look up. */
function wordsOfProtocol(sources = SOURCES): Set<string> {
  const signed = Object.entries(SIGNED_TYPES).flatMap(([type, fields]) => [
    type,
    ...fields.map((f) => f.name),
  ]);
  const messages = [...fromAgent.options, ...toAgent.options].map(({ shape }) => shape.type.value);
  const exported = sources.flatMap((file) => namesIn(textOf(file)));
  return new Set([...exported, ...signed, ...messages]);
}

interface Entry {
  word: string;
  text: string;
  codeNames: string[];
}

function entriesIn(glossary: string): Entry[] {
  const [, ...blocks] = glossary.split(/^- (?=\*\*)/m);
  return blocks.map((block) => {
    const text = block.split(/\n(?:\n|#)/)[0] ?? '';
    const code = /^ {2}Code: ([\s\S]*)/m.exec(text)?.[1] ?? '';
    return {
      word: /^\*\*(.+?)\*\*/.exec(text)?.[1] ?? '',
      text,
      codeNames: [...code.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
    };
  });
}

const twice = (names: readonly string[]): string[] => names.filter((name, at) => names.indexOf(name) !== at);

describe('the glossary', () => {
  const entries = entriesIn(textOf('docs/glossary.md'));
  const explained = entries.flatMap(({ codeNames }) => codeNames);

  it('has an entry for every word of the protocol that the OpenAPI document does not describe', () => {
    const words = wordsOfProtocol(SOURCES.filter((file) => !isOfApi(file)));
    expect(words.size).toBeGreaterThan(150);
    const known = new Set(explained);
    expect([...words].filter((word) => !known.has(word))).toEqual([]);
  });

  it('explains each word once, and none that the protocol does not have', () => {
    expect(twice(explained)).toEqual([]);
    expect(twice(entries.map(({ word }) => word.toLowerCase()))).toEqual([]);
    const words = wordsOfProtocol();
    expect(explained.filter((name) => !words.has(name))).toEqual([]);
  });

  it("says with each word what it means, and the standard's term or why there is none", () => {
    const incomplete = entries.filter(
      ({ text }) => !/^\*\*.+?\*\*: \S/.test(text) || !/^ {2}(?:Standard|Own word): \S/m.test(text),
    );
    expect(incomplete.map(({ word }) => word)).toEqual([]);
  });
});

describe('the check of the glossary', () => {
  it('finds an exported name, a packed field and an entry', () => {
    const source = "export const newWord = 1;\nexport type Other = 2;\n  ['spareWh', 48],\nconst own = 3;\n";
    expect(namesIn(source)).toEqual(['newWord', 'Other', 'spareWh']);
    const glossary =
      '# G\n\n- **a b**: text.\n  Own word: none.\n  Code: `c`,\n  `d`.\n- **e**: f.\n\n## H\n\n`g`\n';
    expect(entriesIn(glossary)).toMatchObject([
      { word: 'a b', codeNames: ['c', 'd'] },
      { word: 'e', codeNames: [] },
    ]);
  });
});
