"use client";

import { Crashed } from "@/components/feedback/crashed";

export default function ErrorPage(props: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <main>
      <Crashed {...props} />
    </main>
  );
}
