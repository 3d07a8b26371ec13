// A button that brings a file, or cannot be pressed while what would be asked for is refused.

import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';

interface FileButtonProps {
  href: string;
  isOff: boolean;
  variant?: 'default' | 'filled';
  onTaken(): void;
  children: string;
}

export function FileButton({ href, isOff, variant = 'default', onTaken, children }: FileButtonProps) {
  const shown = { variant, leftSection: <IconDownload size={16} aria-hidden />, children };
  if (isOff) return <Button {...shown} disabled />;
  return <Button {...shown} component="a" href={href} download onClick={onTaken} />;
}
