import { z } from 'zod';

/** The part of a report that names the power of an EVSE; other parts are not read. */
const powerReport = z.looseObject({
  component: z.looseObject({ name: z.literal('EVSE'), evse: z.looseObject({ id: z.int().min(1) }) }),
  variable: z.looseObject({ name: z.literal('Power') }),
  variableCharacteristics: z.looseObject({ unit: z.string().optional(), maxLimit: z.number().positive() }),
});

/** The maximum power of each EVSE that a report names, in W (OCPP 2.0.1, part 2, appendix 3: EVSE, Power). */
export function powersIn(params: unknown): [evseId: number, maxPowerW: number][] {
  const { reportData } = (params ?? {}) as { reportData?: unknown };
  const data: unknown[] = Array.isArray(reportData) ? reportData : [];
  return data.flatMap((entry): [number, number][] => {
    const report = powerReport.safeParse(entry).data;
    if (report === undefined) return [];
    const { unit, maxLimit } = report.variableCharacteristics;
    return [
      [report.component.evse.id, Math.round(unit?.toLowerCase() === 'kw' ? maxLimit * 1_000 : maxLimit)],
    ];
  });
}
