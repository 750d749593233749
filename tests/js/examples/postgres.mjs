// A PostgreSQL server in a temporary folder, which only its socket reaches.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ALL = "/usr/lib/postgresql";

/** `{ env, stop() }`, or nothing where Debian's package is not installed. */
export function server() {
  const versions = existsSync(ALL) ? readdirSync(ALL).sort((a, b) => b - a) : [];
  const bin = versions.map((version) => join(ALL, version, "bin")).find((folder) => existsSync(join(folder, "initdb")));
  if (bin === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "evenhand-pg-"));
  // The server does not run as root.
  const root = process.getuid() === 0;
  if (root) spawnSync("chown", ["postgres", folder]);
  chmodSync(folder, 0o700);
  const run = (program, ...args) => {
    const words = [join(bin, program), "-D", join(folder, "data"), ...args];
    const [file, rest] = root ? ["runuser", ["-u", "postgres", "--", ...words]] : [words[0], words.slice(1)];
    const { status, stderr, error } = spawnSync(file, rest, { encoding: "utf8", cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    if (status !== 0) throw new Error(`${program}: ${error ?? stderr}`);
  };
  run("initdb", "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8");
  run("pg_ctl", "-w", "-l", join(folder, "log"), "-o", `-c listen_addresses= -c unix_socket_directories=${folder} -c fsync=off`, "start");
  return {
    env: { PGHOST: folder, PGUSER: "postgres", PGDATABASE: "postgres" },
    stop: () => {
      run("pg_ctl", "-m", "immediate", "stop");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
