import { type Formatters, IntlMessageFormat } from 'intl-messageformat';
import en from './messages/en.json' with { type: 'json' };

/** For whom a text is rendered. */
export interface Reader {
  /** BCP 47. Where its language has no catalogue, English is read. */
  locale: string;
  /** IANA name; without it the time zone of this machine. */
  timeZone?: string;
}

export type MessageValues = Record<string, string | number | Date>;

type Catalogue = Readonly<Record<string, string>>;

/** ICU messages by language, then by id. The page's build compiles them, so that it needs no parser of messages. */
const CATALOGUES: Readonly<Record<string, Catalogue>> = { en };

export const hasMessage = (id: string): boolean => Object.hasOwn(en, id);

/** The formats of one reader. A process renders for few readers, most of the time for one. */
class Formats {
  readonly #reader: Reader;
  readonly #locale: string;
  readonly #catalogue: Catalogue;
  readonly #messages = new Map<string, IntlMessageFormat>();
  readonly #dates = new Map<string, Intl.DateTimeFormat>();
  readonly #formatters: Formatters;

  constructor(reader: Reader) {
    const catalogue = CATALOGUES[reader.locale.split('-')[0] ?? ''];
    this.#reader = reader;
    this.#locale = catalogue === undefined ? 'en' : reader.locale;
    this.#catalogue = catalogue ?? en;
    this.#formatters = {
      getNumberFormat: (...args) => new Intl.NumberFormat(...args),
      getDateTimeFormat: (_locales, options) => this.#dateFormat(options),
      getPluralRules: (...args) => new Intl.PluralRules(...args),
    };
  }

  isFor({ locale, timeZone }: Reader): boolean {
    return this.#reader.locale === locale && this.#reader.timeZone === timeZone;
  }

  of(id: string): IntlMessageFormat {
    const known = this.#messages.get(id);
    if (known !== undefined) return known;
    const message = this.#catalogue[id] ?? en[id as keyof typeof en];
    const made = new IntlMessageFormat(message, this.#locale, undefined, { formatters: this.#formatters });
    this.#messages.set(id, made);
    return made;
  }

  #dateFormat(options: Intl.DateTimeFormatOptions = {}): Intl.DateTimeFormat {
    const name = JSON.stringify(options);
    const { timeZone } = this.#reader;
    const made = this.#dates.get(name) ?? new Intl.DateTimeFormat(this.#locale, { ...options, timeZone });
    this.#dates.set(name, made);
    return made;
  }
}

let formats: Formats | undefined;

/** The message of this id in the reader's language and time zone. */
export function renderMessage(id: string, values: MessageValues, reader: Reader): string {
  if (formats?.isFor(reader) !== true) formats = new Formats(reader);
  return String(formats.of(id).format(values));
}
