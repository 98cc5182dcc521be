import { exactMoney, type Token, whenOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import type { Act, ActName } from './acts.ts';

/** The words on an act's button and in its step. */
export const actTitle = (name: ActName): string => t(`settlement.actTitle.${name}`);

/** What an act costs, what it can bring, and until when: one sentence. `energyText`: of the reading that is held. */
export function actSentence(act: Act, token: Token, nowSec: number, energyText: string): string {
  const text = (units: bigint) => exactMoney(units, token);
  const until = act.until === undefined ? '' : whenOf(act.until, nowSec);
  switch (act.name) {
    case 'cancelByDriver': {
      const values = { until, paid: text(act.outlook.paid), refunded: text(act.outlook.refunded) };
      return act.isLate ? t('settlement.act.cancelLate', values) : t('settlement.act.cancelFree', values);
    }
    case 'arrived': {
      const values = { until, fee: text(act.fee) };
      return act.contradicts ? t('settlement.act.contradict', values) : t('settlement.act.arrived', values);
    }
    case 'challenge':
      return t('settlement.act.challenge', {
        ...{ until, claimed: text(act.claimed) },
        ...{ back: text(act.back), atStake: text(act.atStake) },
      });
    default:
      return outlookSentence(act, { until, energy: energyText }, text);
  }
}

function outlookSentence(
  act: Extract<Act, { name: 'settle' | 'claim' | 'finalise' | 'expire' }>,
  named: { until: string; energy: string },
  text: (units: bigint) => string,
): string {
  const { paid, lost, refunded } = act.outlook;
  const values = { ...named, paid: text(paid), lost: text(lost), refunded: text(refunded) };
  switch (act.name) {
    case 'settle':
      return lost > 0n ? t('settlement.act.concede', values) : t('settlement.act.settle', values);
    case 'claim':
      return t('settlement.act.claim', values);
    case 'expire':
      return t('settlement.act.expire', values);
    case 'finalise':
      return act.isContested
        ? t('settlement.act.finaliseContested', values)
        : t('settlement.act.finalise', values);
  }
}
