import type { Notice } from '../../protocol/notices.ts';
import '../../protocol/allCatalogues.ts';
import { renderNotice } from '../../protocol/renderNotice.ts';
import type { Token } from '../ledger/token.ts';

/** A notice as the host reads it, in a time zone (IANA name) or that of this machine. */
export const noticeText = (notice: Notice, token: Token | null, timeZone?: string): string =>
  renderNotice(notice, { locale: 'en', as: 'host', token: token ?? undefined, timeZone });
