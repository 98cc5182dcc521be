import { readdirSync, readFileSync } from 'node:fs';
import { Client } from 'pg';
import { postgresUrl, startPostgres } from '../lib/postgres.ts';

/** As on a server that must not lose what it committed: the tests' settings are faster. */
const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', autovacuum: 'on' };

const MS_PER_TICK = 10;

/** A PostgreSQL server of the bench's own. */
export interface BenchPostgres {
  /** Makes an empty database; gives its address. */
  create(name: string): Promise<string>;
  /** Processor time of all its processes, ended ones included; 0 where there is no /proc. */
  cpuMs(): number;
  stop(): Promise<void>;
}

/** Fields of /proc/PID/stat from the third on, since the program's name may hold blanks (proc(5)). */
function statOf(pid: string): number[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
  } catch {
    return [];
  }
}

const parentOf = (pid: number): number => statOf(String(pid))[1] ?? 0;

/** Of the process and its children: what they used, and what those used that it has waited for. */
function treeCpuMs(root: number): number {
  const children = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && statOf(pid)[1] === root);
  const [utime, stime, ended, endedSystem] = [11, 12, 13, 14];
  const own = statOf(String(root));
  const ticks = (fields: number[], ...at: number[]) =>
    at.reduce((sum, field) => sum + (fields[field] ?? 0), 0);
  const live = children.reduce((sum, pid) => sum + ticks(statOf(pid), utime!, stime!), 0);
  return (live + ticks(own, utime!, stime!, ended!, endedSystem!)) * MS_PER_TICK;
}

/** Starts a server that ends with this process. */
export async function startBenchPostgres(): Promise<BenchPostgres> {
  const { url, port, stop } = await startPostgres({ settings: DURABLE });
  const admin = new Client({ connectionString: url });
  await admin.connect();
  const { rows } = await admin.query<{ pid: number }>('select pg_backend_pid() as pid');
  const root = process.platform === 'linux' ? parentOf(rows[0]!.pid) : 0;
  return {
    async create(name) {
      await admin.query(`create database ${name}`);
      return postgresUrl(port, name);
    },
    cpuMs: () => (root === 0 ? 0 : treeCpuMs(root)),
    async stop() {
      await admin.end();
      await stop();
    },
  };
}
