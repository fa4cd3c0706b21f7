"use client";

import { Crashed } from "@/components/feedback/crashed";

export default function ErrorInConsole(props: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return <Crashed {...props} />;
}
