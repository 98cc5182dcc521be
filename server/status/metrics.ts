import { createServer } from 'node:http';
import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Instrumented } from './instruments.ts';
import { registerGauges, requestInstrument } from './instruments.ts';

/** Prometheus metrics of this process, at a port of their own: they are for the operator alone. */
export interface Metrics {
  register: Registry;
  /** Measures each request; the first middleware. */
  measure: RequestHandler;
  /** Tells apart what only a running server knows, and begins to collect. */
  begin(parts: Instrumented): void;
}

export function createMetrics(): Metrics {
  const register = new Registry();
  return {
    register,
    measure: requestInstrument(register),
    begin(parts) {
      collectDefaultMetrics({ register });
      registerGauges(register, parts);
    },
  };
}

/** `GET /metrics`, and nothing else. */
export const metricsServer = ({ register }: Metrics) =>
  createServer((req, res) => {
    if (req.method !== 'GET' || req.url?.split('?')[0] !== '/metrics') {
      res.writeHead(404).end();
      return;
    }
    register.metrics().then(
      (text) => res.writeHead(200, { 'content-type': register.contentType }).end(text),
      () => res.writeHead(500).end(),
    );
  });
