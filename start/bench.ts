import bench from "@/bench/main";

/** `npm run bench`: loads measured against references of the same run; its options are in bench/main. */
export default function main(args: string[]): Promise<void> {
  return bench(args);
}
