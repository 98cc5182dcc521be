import { z } from 'zod';
import {
  ciString,
  currency,
  dateTime,
  displayText,
  int,
  many,
  number,
  party,
  price,
  some,
  text,
  url,
} from './types.ts';

/** OCPI 2.2.1, chapter 11, from the standard's text. */

/** 11.4.2, 11.4.5 */
const priceComponent = z.strictObject({
  type: z.enum(['ENERGY', 'FLAT', 'PARKING_TIME', 'TIME']),
  ...{ price: number, vat: number.optional(), step_size: int.min(1) },
});

const DAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;
const clock = z.string().regex(/^([0-1][0-9]|2[0-3]):[0-5][0-9]$/);
const date = z.string().regex(/^([12][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/);

/** 11.4.6 */
const restrictions = z.strictObject({
  ...{ start_time: clock.optional(), end_time: clock.optional() },
  ...{ start_date: date.optional(), end_date: date.optional() },
  ...{ min_kwh: number.optional(), max_kwh: number.optional() },
  ...{ min_current: number.optional(), max_current: number.optional() },
  ...{ min_power: number.optional(), max_power: number.optional() },
  ...{ min_duration: int.optional(), max_duration: int.optional() },
  day_of_week: many(z.enum(DAYS)),
  reservation: z.enum(['RESERVATION', 'RESERVATION_EXPIRES']).optional(),
});

/** 11.4.4; a reservation costs by the time and once alone. */
const element = z
  .strictObject({ price_components: some(priceComponent), restrictions: restrictions.optional() })
  .refine(
    (one) =>
      one.restrictions?.reservation === undefined ||
      one.price_components.every(({ type }) => type === 'TIME' || type === 'FLAT'),
  );

type Element = z.infer<typeof element>;

/** 11.3.1: the first element that applies counts, so behind one without restrictions none has its dimensions. */
const isReached = (elements: readonly Element[]): boolean =>
  elements.every(({ price_components }, i) => {
    const before = elements.slice(0, i).filter((one) => one.restrictions === undefined);
    const taken = before.flatMap((one) => one.price_components.map(({ type }) => type));
    return price_components.every(({ type }) => !taken.includes(type));
  });

/** 11.3.1: what costs nothing is a flat fee of nothing. */
const isFreeAsFlat = (elements: readonly Element[]): boolean => {
  const components = elements.flatMap((one) => one.price_components);
  return components.some((one) => one.price !== 0) || components.every((one) => one.type === 'FLAT');
};

/** 11.3.1 */
export const tariff = z
  .strictObject({
    ...party,
    id: ciString(36),
    currency,
    type: z.enum(['AD_HOC_PAYMENT', 'PROFILE_CHEAP', 'PROFILE_FAST', 'PROFILE_GREEN', 'REGULAR']).optional(),
    tariff_alt_text: many(displayText),
    tariff_alt_url: url.optional(),
    ...{ min_price: price.optional(), max_price: price.optional() },
    elements: some(element),
    ...{ start_date_time: dateTime.optional(), end_date_time: dateTime.optional() },
    energy_mix: z
      .strictObject({ is_green_energy: z.boolean(), supplier_name: text(64).optional() })
      .optional(),
    last_updated: dateTime,
  })
  .refine(({ elements }) => isReached(elements), 'an element is never reached')
  .refine(({ elements }) => isFreeAsFlat(elements), 'free of charge is FLAT');
