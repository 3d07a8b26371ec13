// Before anything is painted: light or dark, as chosen here or as the system has it.
{
  const chosen = localStorage.getItem('bifrost-color-scheme');
  const dark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
}
