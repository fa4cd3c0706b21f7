import { Paper, Skeleton } from "@mantine/core";

/** A card that is on its way: its title, its source, its chart, as high as it will be. */
export function CardSkeleton({ height, className }: { height: number; className?: string }) {
  return (
    <Paper withBorder p="md" className={className} aria-busy>
      <Skeleton height={20} width="30%" />
      <Skeleton height={12} width="45%" mt={6} mb="md" />
      <Skeleton height={height} />
    </Paper>
  );
}
