/** OCPI 2.2.1, types, string: no line breaks, tabs and the like; cut where it is too long, between two characters. */
export function printable(text: string, maxChars: number): string {
  const clean = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim();
  return clean.length <= maxChars ? clean : clean.slice(0, maxChars).replace(/\p{Cs}$/u, '');
}
