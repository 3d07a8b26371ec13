// docs/metrics.md: every metric of ours as the registry has it, with what it is for.

import { createMetrics } from '../src/metrics.ts';

interface Described {
  name: string;
  help: string;
  type: string;
  labelNames: string[];
}

const intro = `# Metrics

Made by \`npm run generate\` of \`src/metrics.ts\`. How to scrape them, and who may: [observability.md](observability.md);
alert rules: [alerts.yml](alerts.yml). No label holds a person, an id or an address as it came: providers and webhooks
stand there by name, routes as patterns. A histogram has the series \`_bucket\`, \`_sum\` and \`_count\`.

`;

const outro = `
Beside them the process itself, as prom-client names it: \`process_cpu_seconds_total\`, \`process_resident_memory_bytes\`,
\`process_open_fds\`, \`nodejs_eventloop_lag_p99_seconds\`, \`nodejs_heap_size_used_bytes\`, \`nodejs_gc_duration_seconds\` and others.
`;

export function metricsPage(): string {
  const { registry } = createMetrics({ version: '0', engine: 'sqlite' });
  const ours = (registry.getMetricsAsArray() as unknown as Described[]).filter(({ name }) =>
    name.startsWith('bifrost_'),
  );
  const rows = ours.map(({ name, type, labelNames, help }) => {
    const labels = labelNames.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${type} | ${labels} | ${help} |\n`;
  });
  return `${intro}| Metric | Kind | Labels | What it says |\n| --- | --- | --- | --- |\n${rows.join('')}${outro}`;
}
