import { open } from "node:fs/promises";
import path from "node:path";
import { AppError } from "@/lib/errors";
import { env } from "@/lib/settings/env";

const extensions: Record<string, string> = {
  "text/plain": "txt",
  "text/html": "html",
  "text/xml": "xml",
  "text/rtf": "rtf",
  "application/pdf": "pdf",
  "application/rtf": "rtf",
  "application/xml": "xml",
  "application/json": "json",
  "application/dicom": "dcm",
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/tiff": "tif",
};

/**
 * A document that came from a FHIR server, to be saved: never shown as a page of ours, whatever is in it.
 * @param name of the file, without its ending
 * @throws AppError file-unreadable
 */
export async function attachmentResponse(
  found: { path: string; sizeBytes: number; contentType: string | null },
  name: string,
): Promise<Response> {
  const file = await open(path.join(env().BULK_DIR, found.path)).catch((error) => {
    const { code = "?" } = error as NodeJS.ErrnoException;
    throw new AppError("file-unreadable", { path: found.path, reason: code }, { cause: error });
  });
  const { size } = await file.stat();
  if (size !== found.sizeBytes) {
    await file.close();
    const reason = `${size} ≠ ${found.sizeBytes} bytes`;
    throw new AppError("file-unreadable", { path: found.path, reason });
  }
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { bytesRead, buffer } = await file
          .read(Buffer.allocUnsafe(64 * 1024))
          .catch(async (error) => {
            await file.close();
            throw error;
          });
        if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead));
        await file.close();
        controller.close();
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  );
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(found.contentType ?? "") ? found.contentType : null;
  const ending = extensions[type ?? ""];
  const saved = `${name.replace(/[^A-Za-z0-9.-]/g, "_").slice(0, 200)}${ending ? `.${ending}` : ""}`;
  return new Response(body, {
    headers: {
      "Content-Type": type ?? "application/octet-stream",
      "Content-Length": String(size),
      "Content-Disposition": `attachment; filename="${saved}"`,
      "Content-Security-Policy": "sandbox; default-src 'none'",
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "no-store",
    },
  });
}
