/** The languages of the status page and the command line; the first is everybody's who reads none of them. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language that a tag or a locale begins with: de of de-AT, de_DE.UTF-8 and DE. */
export function languageIn(tag: string | undefined): Language | undefined {
  const [own] = (tag ?? '')
    .trim()
    .toLowerCase()
    .split(/[-_.@]/);
  return LANGUAGES.find((language) => language === own);
}

/** Of a browser's Accept-Language (RFC 9110, section 12.5.4), the one that its reader likes most. */
export function acceptedLanguage(header: string | undefined): Language {
  const liked = (header ?? '').split(',').map((part) => {
    const [tag, ...parameters] = part.split(';');
    const [, weight] = /^\s*q=([\d.]+)\s*$/.exec(parameters.join(';')) ?? [];
    return { language: languageIn(tag), weight: weight === undefined ? 1 : Number(weight) };
  });
  const best = liked.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
  return best.find(({ language }) => language !== undefined)?.language ?? LANGUAGES[0];
}
