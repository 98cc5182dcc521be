const seconds = (durationMs: number): string =>
  `${(durationMs / 1000).toFixed(durationMs < 20_000 ? 1 : 0)} s`;

/** How long the start took, and the share of the download, from what the bootstrap measured; undefined without it. */
export function startTime(env: NodeJS.ProcessEnv, nowMs: number): string | undefined {
  const beganAtMs = Number(env.PLUGPACT_BEGAN_AT_MS ?? Number.NaN);
  const installMs = Number(env.PLUGPACT_INSTALL_MS ?? 0);
  if (Number.isNaN(beganAtMs)) return undefined;
  const share = installMs > 0 ? `, ${seconds(installMs)} of which were download and installation` : '';
  return `Started in ${seconds(nowMs - beganAtMs)}${share}.`;
}
