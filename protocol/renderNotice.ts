import { hasMessage, type MessageValues, type Reader, renderMessage } from './catalogue.ts';
import type { Coded, ParamKinds } from './codes.ts';
import { isKnownNotice, NOTICES, type Notice } from './notices.ts';
import { isKnownDetail, SESSION_DETAILS } from './session.ts';
import { formatToken } from './units.ts';

export interface NoticeReader extends Reader {
  /** As whom the reader reads what is for both. */
  as: 'driver' | 'host';
  /** The market's token; undefined while its decimals are not known. */
  token: { symbol: string; decimals: number } | undefined;
}

/** The text of a notice. What an older agent wrote is shown as it is; an unknown code of a newer one is named. */
export function renderNotice(notice: Pick<Notice, 'code' | 'params' | 'to'>, reader: NoticeReader): string {
  const { code, params, to } = notice;
  if (typeof params.text === 'string') return params.text;
  const said: Coded = notice;
  if (!isKnownNotice(said)) return renderMessage('notice.unknown', { code }, reader);
  const own = `notice.${code}.${to === 'both' ? reader.as : to}`;
  const id = hasMessage(own) ? own : `notice.${code}`;
  return renderMessage(id, valuesOf(NOTICES[said.code].params, params, reader), reader);
}

/** What an agent adds to a session's state, as text; empty where it adds nothing. */
export function renderSessionDetail(detail: Coded | null, reader: Reader): string {
  if (detail === null) return '';
  const { code, params } = detail;
  if (typeof params.text === 'string') return params.text;
  if (!isKnownDetail(detail)) return renderMessage('session.unknown', { code }, reader);
  return renderMessage(`session.${code}`, valuesOf(SESSION_DETAILS[detail.code], params, reader), reader);
}

/** The parameters as a message takes them: moments as dates, money as text. */
function valuesOf(
  kinds: ParamKinds,
  params: Coded['params'],
  reader: Reader & Partial<NoticeReader>,
): MessageValues {
  const values: MessageValues = {};
  for (const [name, kind] of Object.entries(kinds)) {
    const value = params[name] ?? null;
    if (kind === 'amount') values[name] = amountText(String(value), reader);
    else if (kind === 'time' || kind === 'timeOrNone') {
      values[name] = value === null ? 'none' : new Date(Number(value) * 1_000);
    } else values[name] = typeof value === 'number' ? value : String(value);
  }
  return values;
}

function amountText(units: string, reader: Reader & Partial<NoticeReader>): string {
  const { token } = reader;
  if (token === undefined) return renderMessage('amount.unknownToken', { units }, reader);
  const decimal = formatToken(BigInt(units), token.decimals);
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: Math.max(2, token.decimals) };
  // The text of a decimal is taken exactly.
  const number = new Intl.NumberFormat(reader.locale, { ...digits, useGrouping: false });
  return `${number.format(decimal as never)}\u00a0${token.symbol}`;
}
