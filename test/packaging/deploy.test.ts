// The files under deploy/ and the Dockerfile, held against the product: every variable is one that it reads, every path that is asked
// is a route, every file that is started is in the package, every secret that is named is there. No container runs here.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readSettings } from '../../src/config.ts';
import { openRoutes } from '../../src/edge/open-routes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const dockerfile = read('Dockerfile');
const unit = read('deploy/systemd/bifrost.service');
const nginx = read('deploy/nginx.conf');
const compose = parse(read('deploy/compose.yaml'), { merge: true }) as Compose;
const manifests = readdirSync(join(root, 'deploy/kubernetes')).flatMap((name) =>
  parseAllDocuments(read(`deploy/kubernetes/${name}`)).map((each) => each.toJS() as Manifest),
);
const pod = manifests.find(({ kind }) => kind === 'Deployment')!.spec!.template!.spec;
const container = pod.containers[0]!;
const replicas = Object.entries(compose.services).filter(([, { image }]) => image === 'bifrost');

/** Names in the README's table of the environment, and those that the configuration files here ask for. */
const documented = new Set(read('README.md').match(/(?<=`)(?:HOST|PORT|DATABASE_URL|BIFROST_[A-Z_]+)(?=`)/g));
const asked = new Set(
  [read('deploy/bifrost.json'), JSON.stringify(manifests)].flatMap((text) =>
    [...text.matchAll(/env\.(BIFROST_[A-Z_]+)/g)].map(([, name]) => name!),
  ),
);
const isKnown = (name: string) => {
  const variable = name.replace(/_FILE$/, '');
  return documented.has(variable) || asked.has(variable) || name === 'NODE_ENV';
};
const settingsOf = (env: Record<string, string>) => readSettings({ env, config: {} });

/** Name and value of each variable, file by file. */
const environments = {
  Dockerfile: Object.fromEntries(
    [.../^ENV (.*)$/m.exec(dockerfile)![1]!.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [
      name!,
      value!,
    ]),
  ),
  compose: replicas[0]![1].environment,
  kubernetes: Object.fromEntries(container.env.map(({ name, value = '' }) => [name, value])),
  systemd: Object.fromEntries(
    [...unit.matchAll(/^Environment=(.*)$/gm)].flatMap(([, line]) =>
      [...line!.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name!, value!]),
    ),
  ),
};

describe('files for deployment', () => {
  it.each(Object.entries(environments))('%s sets no variable that nobody reads', (_, env) => {
    expect(Object.keys(env).filter((name) => !isKnown(name))).toEqual([]);
    expect(Object.keys(env).length).toBeGreaterThan(3);
  });

  it('have settings that the server takes: https outside, a proxy that is believed, every secret as a file', () => {
    const { data } = manifests.find(({ kind }) => kind === 'ConfigMap')!;
    for (const env of [environments.compose, data!, environments.systemd]) {
      const { BIFROST_PUBLIC_URL = '', BIFROST_TRUSTED_PROXY = '', HOST = '', PORT = '' } = env;
      const settings = settingsOf({ BIFROST_PUBLIC_URL, BIFROST_TRUSTED_PROXY, HOST, PORT });
      expect(settings.publicUrl).toMatch(/^https:/);
      expect(settings.trustedProxies.length).toBe(1);
    }
    for (const env of Object.values(environments)) {
      for (const name of Object.keys(env))
        expect(name).not.toMatch(/(SECRET_KEY|OPS_KEY|TOKEN|DATABASE_URL)$/);
    }
    for (const config of [read('deploy/bifrost.json'), data!['bifrost.json']!]) {
      const secrets = Object.fromEntries(
        [...asked].map((name, i) => [name, `long-enough-for-a-secret-${i}`]),
      );
      expect(readSettings({ env: secrets, configText: config }).declared?.apiKeys.length).toBe(1);
    }
  });

  it('ask paths that are open routes, at the port that is listened on', () => {
    const open = new Set(openRoutes.map(({ path }) => path));
    const probes = [container.livenessProbe, container.readinessProbe, container.startupProbe];
    expect(probes.map(({ httpGet }) => httpGet.path)).toEqual(['/healthz', '/readyz', '/healthz']);
    for (const { httpGet } of probes) {
      expect(open).toContain(httpGet.path);
      expect(httpGet.port).toBe(container.ports[0]!.name);
    }
    const [, checked] = /\$\{process\.env\.PORT\}(\/\w+)`/.exec(dockerfile)!;
    expect(open).toContain(checked);
    expect(nginx).toContain('location = /metrics');
    const { PORT } = environments.Dockerfile;
    expect(dockerfile).toContain(`EXPOSE ${PORT}\n`);
    expect(String(container.ports[0]!.containerPort)).toBe(PORT);
    expect([...nginx.matchAll(/server ([\w-]+):(\d+)/g)].map(([, name, port]) => [name, port])).toEqual(
      replicas.map(([name]) => [name, PORT]),
    );
  });

  it('start the file that the package has, as somebody who is not root, on a file system that is read', () => {
    const { bin, files } = JSON.parse(read('package.json')) as { bin: { bifrost: string }; files: string[] };
    expect(files).toContain(bin.bifrost);
    expect(dockerfile).toContain(`ENTRYPOINT ["node", "/app/${bin.bifrost}"]`);
    expect(unit).toContain(`/node_modules/bifrost/${bin.bifrost} start\n`);
    for (const [, path] of dockerfile.matchAll(/\/build\/(dist\/[\w.-]+)/g)) expect(files).toContain(path);
    expect(dockerfile).toMatch(/^USER 1000:1000$/m);
    for (const [, replica] of replicas) {
      expect(replica).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    }
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(unit).toContain('\nProtectSystem=strict\n');
  });

  it('name secrets that there are', () => {
    for (const [name, path] of Object.entries(environments.compose)) {
      if (!name.endsWith('_FILE')) continue;
      const secret = path.replace('/run/secrets/', '');
      expect(replicas[0]![1].secrets).toContain(secret);
      expect(Object.keys(compose.secrets)).toContain(secret);
    }
    const kept = manifests.find(({ kind }) => kind === 'Secret')!.stringData!;
    for (const [name, path] of Object.entries(environments.kubernetes)) {
      if (name.endsWith('_FILE'))
        expect(Object.keys(kept)).toContain(path.replace('/run/secrets/bifrost/', ''));
    }
    for (const [, secret] of unit.matchAll(/_FILE=%d\/(\w+)/g)) {
      expect(unit).toContain(`\nLoadCredential=${secret}:`);
    }
    const { resources } = manifests.find(({ kind }) => kind === 'Kustomization')!;
    expect([...resources!, 'kustomization.yaml', 'secret.example.yaml'].sort()).toEqual(
      readdirSync(join(root, 'deploy/kubernetes')).sort(),
    );
  });

  it('are a unit that systemd understands', ({ skip }) => {
    const text = systemd('--offline=true', 'security', 'deploy/systemd/bifrost.service');
    if (text === null) return skip('no systemd-analyze here');
    expect(Number(/exposure level for bifrost\.service: ([\d.]+)/.exec(text)?.[1])).toBeLessThan(2);
    expect(systemd('verify', 'deploy/systemd/bifrost.service')).not.toMatch(/bifrost\.service:\d+/);
  });
});

/** Both of its outputs; null where it is not installed. It complains of programs that are not on this machine by its status. */
function systemd(...args: string[]): string | null {
  try {
    return execFileSync('sh', ['-c', 'systemd-analyze "$@" 2>&1', 'sh', ...args], {
      cwd: root,
      encoding: 'utf8',
    });
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string };
    return status === 127 ? null : stdout;
  }
}

interface Compose {
  services: Record<string, { image: string; environment: Record<string, string>; secrets: string[] }>;
  secrets: Record<string, unknown>;
}

interface Probe {
  httpGet: { path: string; port: string };
}

interface Manifest {
  kind: string;
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  resources?: string[];
  spec?: {
    template?: {
      spec: {
        securityContext: unknown;
        containers: {
          env: { name: string; value?: string }[];
          ports: { name: string; containerPort: number }[];
          livenessProbe: Probe;
          readinessProbe: Probe;
          startupProbe: Probe;
          securityContext: unknown;
        }[];
      };
    };
  };
}
