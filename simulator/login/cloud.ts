// What discovery says about Microsoft's clouds. GCC High and DoD share a sign-in host, so that only these two members
// tell them apart.

export type CloudName = 'commercial' | 'gcc-high' | 'dod' | 'china';

export interface Cloud {
  readonly instanceName: string;
  readonly graphHost: string;
  readonly retiredGraphHost: string;
  readonly region: string;
}

export const CLOUDS: Readonly<Record<CloudName, Cloud>> = {
  commercial: {
    instanceName: 'microsoftonline.com',
    graphHost: 'graph.microsoft.com',
    retiredGraphHost: 'graph.windows.net',
    region: 'EU',
  },
  'gcc-high': {
    instanceName: 'microsoftonline.us',
    graphHost: 'graph.microsoft.us',
    retiredGraphHost: 'graph.windows.net',
    region: 'USGov',
  },
  dod: {
    instanceName: 'microsoftonline.us',
    graphHost: 'dod-graph.microsoft.us',
    retiredGraphHost: 'graph.windows.net',
    region: 'USGov',
  },
  china: {
    instanceName: 'partner.microsoftonline.cn',
    graphHost: 'microsoftgraph.chinacloudapi.cn',
    retiredGraphHost: 'graph.chinacloudapi.cn',
    region: 'AS',
  },
};
