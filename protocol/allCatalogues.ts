import { learnMessages } from './catalogue.ts';
import de from './messages/de.json' with { type: 'json' };
import en from './messages/en.json' with { type: 'json' };

/** All languages of the notices. A program that renders any imports this file. */
export const CATALOGUES = { en, de } as const;

for (const [language, catalogue] of Object.entries(CATALOGUES)) learnMessages(language, catalogue);
