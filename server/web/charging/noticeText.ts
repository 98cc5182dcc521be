import { learnMessages } from '../../../protocol/catalogue.ts';
import type { Coded } from '../../../protocol/codes.ts';
import type { Notice } from '../../../protocol/notices.ts';
import { renderNotice, renderSessionDetail } from '../../../protocol/renderNotice.ts';
import type { Token } from '../app/units.ts';
import { LOCALE, language } from '../app/words.ts';

/** Only the reader's language is loaded. */
const CATALOGUES = {
  en: () => import('../../../protocol/messages/en.json'),
  de: () => import('../../../protocol/messages/de.json'),
} as const;

const { default: messages } = await CATALOGUES[language]();
learnMessages(language, messages);

/** A notice in the reader's language, as driver or as host. */
export const noticeText = (notice: Notice, as: 'driver' | 'host', token: Token): string =>
  renderNotice(notice, { locale: LOCALE, as, token });

/** What an agent adds to a session's state. */
export const sessionDetailText = (detail: Coded): string => renderSessionDetail(detail, { locale: LOCALE });
