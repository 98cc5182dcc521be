import { z } from 'zod';

/** Fields that the transparency software keeps as text: it takes numbers and truth values for it, and no lists or objects. */
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String).nullish();

const reading = z.object({
  TM: text,
  TX: text,
  RV: text,
  RI: text,
  RU: text,
  RT: text,
  EF: text,
  ST: text,
  /** Counts events, up to OCMF 0.4. */
  EI: z.coerce.number().nullish(),
});

/** A payload as S.A.F.E.'s transparency software (d556f1a) reads it: what does not fit, it calls invalid data. */
const payload = z.object({
  ...{ FV: text, GI: text, GV: text, GS: text, PG: text, MV: text, MM: text, MS: text, MF: text, CF: text },
  ...{ IT: text, ID: text, TT: text, IL: text, CT: text, CI: text },
  IS: z.union([z.boolean(), z.string()]).nullish(),
  IF: z.array(text).nullish(),
  LC: z.object({}).nullish(),
  RD: z.array(reading),
});

const signature = z.object({ SA: text, SE: text, SM: text, SD: text });

export type ToolReading = z.infer<typeof reading>;
export type ToolPayload = z.infer<typeof payload>;
export type ToolSignature = z.infer<typeof signature>;

/** A record's parts; a text in place of a part says why the software cannot read it. */
export interface ToolRecord {
  payload: ToolPayload | string;
  signature: ToolSignature | string;
}

/** It takes a record apart at every `|`. */
export function toolRecordOf(record: string): ToolRecord | undefined {
  const [, first, second, ...more] = record.split('|');
  if (first === undefined || second === undefined || more.length > 0) return undefined;
  return { payload: partOf(payload, first), signature: partOf(signature, second) };
}

function partOf<Part>(schema: z.ZodType<Part>, part: string): Part | string {
  try {
    const parsed = schema.safeParse(JSON.parse(part));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    return issue === undefined || issue.path.length === 0
      ? 'no object'
      : `${issue.path.join('.')} is not what it reads`;
  } catch {
    return 'no JSON';
  }
}
