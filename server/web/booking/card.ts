import { PlugpactError } from '../../../protocol/errors.ts';
import { RFID_UID } from '../../../protocol/rfid.ts';

/** A typed UID without the separators that apps and printers put between its bytes. */
export const plainUid = (typed: string): string => typed.replace(/[\s:.-]/g, '').toUpperCase();

/** @throws PlugpactError `card.uid` for text that is not the UID of a card. */
export function requireUid(typed: string): string {
  const uid = plainUid(typed);
  if (RFID_UID.test(uid)) return uid;
  throw new PlugpactError({
    code: 'card.uid',
    value: typed.trim() === '' ? 'nothing' : typed.trim(),
    rule: 'A card’s UID has 4 to 20 letters and digits; most have 8 or 14, such as 04A2B3C4.',
    remedy:
      'Read it from the card or with an NFC app. It is not the number of a bank card or charging contract.',
  });
}

/** The end of a UID, enough to recognise the card. */
export const uidEnd = (uid: string): string => `…${uid.slice(-4)}`;
