import type { Notice } from '../../protocol/notices.ts';
import '../../protocol/allCatalogues.ts';
import { renderNotice } from '../../protocol/renderNotice.ts';
import type { Token } from '../ledger/token.ts';
import type { Speech } from '../words/speech.ts';

/** A notice as the host reads it. */
export const noticeText = (notice: Notice, token: Token | null, { reader }: Pick<Speech, 'reader'>): string =>
  renderNotice(notice, { ...reader, as: 'host', token: token ?? undefined });
