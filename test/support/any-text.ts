import fc from 'fast-check';

const FIRST_SURROGATE = 0xd800;
const SURROGATES = 0x800;

/** Any code points. fast-check's own unit for them maps all 1.1 million first, which takes a second. */
export const anyText = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: 0, max: 0x10_ffff - SURROGATES }), { maxLength })
    .map((codes) =>
      String.fromCodePoint(...codes.map((code) => (code < FIRST_SURROGATE ? code : code + SURROGATES))),
    );
