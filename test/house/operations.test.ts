import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { envExample } from '../../scripts/lib/env-example.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { environment } from '../../server/config.ts';
import { registerGauges, requestInstrument } from '../../server/status/instruments.ts';
import { textOf } from './markdown.ts';

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string };
}

const rules = (parse(textOf('packaging/alarms.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);

/** Names of the metrics of a server that relays. */
function metricNames(): string[] {
  const register = new Registry();
  requestInstrument(register);
  registerGauges(register, { relayer: {}, balance: async () => 0n } as never);
  return register.getMetricsAsArray().map(({ name }) => name);
}

test('.env.example is what the schema says (node scripts/env-example.ts)', () => {
  expect(textOf('.env.example')).toBe(envExample());
});

test('each alarm asks for metrics that exist, and operations.md says what it means', () => {
  const known = metricNames();
  expect(known.length).toBeGreaterThan(10);
  const manual = textOf('docs/operations.md');
  for (const { alert, expr, labels, annotations } of rules) {
    const asked = expr.match(/\bplugpact_\w+/g) ?? [];
    for (const name of asked) expect(known, alert).toContain(name.replace(/_(count|bucket|sum)$/, ''));
    expect(asked.length + Number(expr.includes('up{')), alert).toBeGreaterThan(0);
    expect(manual, alert).toContain(`### ${alert}\n`);
    expect(['page', 'ticket']).toContain(labels.severity);
    expect(annotations.summary).toMatch(/\.$/);
  }
  expect(rules.length).toBeGreaterThan(8);
});

test('operations.md lists each metric', () => {
  const manual = textOf('docs/operations.md');
  for (const name of metricNames()) expect(manual).toContain(`\`${name}\``);
});

interface Compose {
  services: Record<string, { environment?: Record<string, unknown>; volumes?: string[]; secrets?: string[] }>;
  secrets: Record<string, { file: string }>;
}

test('the compose file sets variables that the server has, and names its secrets', () => {
  const { services, secrets } = parse(textOf('packaging/compose.yaml')) as Compose;
  expect(Object.keys(services)).toEqual(['database', 'server', 'proxy']);
  const { environment: set = {}, secrets: used = [] } = services.server!;
  for (const key of Object.keys(set)) {
    const name = key in environment.shape ? key : key.replace(/_FILE$/, '');
    expect(Object.keys(environment.shape)).toContain(name);
    const file = /^\/run\/secrets\/(\w+)$/.exec(String(set[key]))?.[1];
    if (file !== undefined) expect(used).toContain(file);
  }
  for (const name of used) expect(secrets[name]?.file).toBe(`./secrets/${name}`);
  expect(textOf('packaging/Caddyfile')).toContain('reverse_proxy server:8080');
  expect(existsSync(join(ROOT, 'packaging/server.Dockerfile'))).toBe(true);
});
