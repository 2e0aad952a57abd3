import type { S3Client } from "@aws-sdk/client-s3";
import { contentTypeOf } from "../web/content-types.ts";
import type { MediaAddress } from "../settings/media-url.ts";
import { pathOf } from "./media-path.ts";
import type { Media } from "./media.ts";

type BucketAddress = Extract<MediaAddress, { kind: "s3" }>;

const ONE_MONTH = "public, max-age=2592000";

/** Pictures in a bucket that browsers may read, at its own address or that of a CDN before it. */
export function openMediaBucket(address: BucketAddress): Media {
  const { bucket: Bucket, prefix } = address;
  const base = address.publicUrl ?? bucketUrl(address);
  const client = onceLoaded(address);
  return {
    url: (file) => base + pathOf(file),
    origin: new URL(base).origin,
    folder: undefined,
    save: async (file, content) => {
      const { s3, PutObjectCommand } = await client();
      await s3.send(
        new PutObjectCommand({
          Bucket,
          Key: prefix + file,
          Body: content,
          ContentType: contentTypeOf(file),
          CacheControl: ONE_MONTH,
        }),
      );
    },
    has: async (file) => {
      const { s3, HeadObjectCommand } = await client();
      try {
        await s3.send(new HeadObjectCommand({ Bucket, Key: prefix + file }));
        return true;
      } catch (error) {
        if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404)
          return false;
        throw error;
      }
    },
    prove: async () => {
      const { s3, HeadBucketCommand } = await client();
      await s3.send(new HeadBucketCommand({ Bucket }));
    },
  };
}

/** AWS takes the bucket's name as a host; another server, and a name with dots, only as a part of the path. */
function bucketUrl({ bucket, prefix, region = "us-east-1", endpoint }: BucketAddress): string {
  const path = prefix && `${pathOf(prefix.slice(0, -1))}/`;
  if (endpoint !== undefined) return `${endpoint}/${bucket}/${path}`;
  if (bucket.includes(".")) return `https://s3.${region}.amazonaws.com/${bucket}/${path}`;
  return `https://${bucket}.s3.${region}.amazonaws.com/${path}`;
}

function onceLoaded({ region, endpoint, bucket }: BucketAddress) {
  let loaded: Promise<typeof import("@aws-sdk/client-s3") & { s3: S3Client }> | undefined;
  return () =>
    (loaded ??= import("@aws-sdk/client-s3").then((sdk) => ({
      ...sdk,
      s3: new sdk.S3Client({
        ...(region === undefined ? {} : { region }),
        ...(endpoint === undefined ? {} : { endpoint }),
        forcePathStyle: endpoint !== undefined || bucket.includes("."),
        maxAttempts: 3,
      }),
    })));
}
