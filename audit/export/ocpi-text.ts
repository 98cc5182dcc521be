/** OCPI 2.2.1, types, string: no line breaks, tabs and the like. */
export const asText = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ').trim();
