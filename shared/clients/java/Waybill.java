// Publishes order events to Waybill: by HTTP with SigV4 or a webhook's signature, or on EventBridge's bus.
//
// Java 17 or later and Jackson: SigV4 is written out here. Where the AWS SDK for Java is there, its AwsV4HttpSigner and
// EventBridgeClient do the same, with credentials from wherever they are. Copy what you need of it.
//
//     java -cp jackson-core.jar:jackson-databind.jar:jackson-annotations.jar Waybill.java iam|webhook|bus < outbox.jsonl
//
// takes the rows of an outbox, {"id": ..., "body": ...} a line, and prints what became of each. How an outbox is
// written, and why: README.md beside this folder.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public final class Waybill {
    static final int ATTEMPTS = 6;
    static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(20);
    static final Duration TIMEOUT = Duration.ofSeconds(10);
    static final String MEDIA_TYPE = "application/cloudevents+json";
    static final ObjectMapper JSON = new ObjectMapper();
    static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    /**
     * A row of the outbox, written in the transaction that changed the order. Every attempt sends the same bytes under
     * the same id: what was stored already is answered as a duplicate, and nobody is mailed twice.
     */
    record Row(String id, String body) {
        byte[] bytes() {
            return body.getBytes(StandardCharsets.UTF_8);
        }
    }

    enum Outcome {
        /** Delete the row. */
        STORED,
        /** No attempt will change that: keep the row, and tell somebody. */
        REFUSED,
        /** Keep the row; the next run sends it again. */
        LATER
    }

    /** What one attempt showed: the outcome, why, and the shortest pause before the next. */
    record Attempt(Outcome outcome, String why, Duration atLeast) {
        Attempt(Outcome outcome, String why) {
            this(outcome, why, Duration.ZERO);
        }
    }

    interface Try {
        Attempt once() throws InterruptedException;
    }

    /** Makes the headers of one attempt. */
    interface Sign {
        Map<String, String> headers(Row row);
    }

    interface Publisher {
        Outcome publish(Row row) throws InterruptedException;
    }

    /**
     * Attempts until the outcome is known, with pauses that grow, each of a random length: clients that failed together
     * do not come back together.
     */
    static Outcome untilKnown(Row row, Try attempt) throws InterruptedException {
        for (int number = 1; ; number++) {
            Attempt tried = attempt.once();
            if (tried.outcome != Outcome.LATER || number == ATTEMPTS) {
                return tried.outcome;
            }
            long most = Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << number);
            long pause = Math.max(tried.atLeast.toMillis(), ThreadLocalRandom.current().nextLong(most));
            log(row, "attempt %d failed (%s); again in %d ms", number, tried.why, pause);
            Thread.sleep(pause);
        }
    }

    /** Publishes over HTTP. */
    static Outcome post(Row row, URI url, Sign sign) throws InterruptedException {
        return untilKnown(row, () -> {
            HttpResponse<String> answer;
            try {
                answer = send(url, row.bytes(), sign.headers(row));
            } catch (IOException error) {
                // Perhaps it was stored and the answer was lost.
                return new Attempt(Outcome.LATER, error.getClass().getSimpleName());
            }
            int status = answer.statusCode();
            if (status == 429 || status >= 500) {
                String after = answer.headers().firstValue("retry-after").orElse("");
                after = after.matches("\\d{1,4}") ? after : "0";
                return new Attempt(Outcome.LATER, "" + status, Duration.ofSeconds(Long.parseLong(after)));
            }
            return new Attempt(logAnswer(row, status, answer.body()), "" + status);
        });
    }

    /** One request; redirects are not followed. */
    static HttpResponse<String> send(URI url, byte[] body, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(TIMEOUT).POST(BodyPublishers.ofByteArray(body));
        // The client sets `host` itself.
        headers.forEach((name, value) -> {
            if (!name.equals("host")) {
                request.header(name, value);
            }
        });
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    /** Logs what a developer needs, and no more: `source`, `id` and the order's id may hold a customer's address. */
    static Outcome logAnswer(Row row, int status, String text) {
        JsonNode answer = read(text);
        if (status != 202) {
            log(row, "%d, refused: %s", status, answer.path("title").asText());
        }
        for (JsonNode error : answer.path("errors")) {
            log(row, "%s: %s", error.path("pointer").asText(), error.path("detail").asText());
        }
        for (JsonNode result : answer.path("results")) {
            log(row, "%s, correlation id %s", result.path("result").asText(), result.path("correlation_id").asText());
            for (JsonNode warning : result.path("warnings")) {
                log(row, "%s: %s", warning.path("pointer").asText(), warning.path("detail").asText());
            }
        }
        return status == 202 ? Outcome.STORED : Outcome.REFUSED;
    }

    /**
     * Headers with a SigV4 signature: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html. The
     * path must need no escaping, and there must be no query. Signed anew for each attempt, since a signature counts for
     * five minutes and credentials are renewed.
     *
     * @param service lambda for a Function URL, execute-api behind API Gateway
     * @param headers in lower case
     */
    static Map<String, String> sigv4(String service, URI url, byte[] body, Map<String, String> headers) {
        String now = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC).format(Instant.now());
        Map<String, String> signed = new TreeMap<>(headers);
        signed.put("host", url.getPort() < 0 ? url.getHost() : url.getHost() + ":" + url.getPort());
        signed.put("x-amz-date", now);
        if (!env("AWS_SESSION_TOKEN").isEmpty()) {
            signed.put("x-amz-security-token", env("AWS_SESSION_TOKEN"));
        }
        String names = String.join(";", signed.keySet());
        String lines = signed.entrySet().stream().map(it -> it.getKey() + ":" + it.getValue() + "\n")
            .collect(Collectors.joining());
        String canonical = String.join("\n", "POST", url.getPath(), "", lines, names, sha256(body));
        List<String> scope = List.of(now.substring(0, 8), env("AWS_REGION"), service, "aws4_request");
        String scopeText = String.join("/", scope);
        String digest = sha256(canonical.getBytes(StandardCharsets.UTF_8));
        String toSign = String.join("\n", "AWS4-HMAC-SHA256", now, scopeText, digest);
        byte[] key = ("AWS4" + env("AWS_SECRET_ACCESS_KEY")).getBytes(StandardCharsets.UTF_8);
        for (String part : scope) {
            key = hmac(key, part);
        }
        signed.put("authorization", "AWS4-HMAC-SHA256 Credential=" + env("AWS_ACCESS_KEY_ID") + "/" + scopeText
            + ", SignedHeaders=" + names + ", Signature=" + HexFormat.of().formatHex(hmac(key, toSign)));
        return signed;
    }

    /** Headers of Standard Webhooks: the id is the row's in every attempt, the time is that of the attempt. */
    static Map<String, String> webhook(Row row, String secret) {
        byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
        String at = Long.toString(Instant.now().getEpochSecond());
        String signature = Base64.getEncoder().encodeToString(hmac(key, row.id + "." + at + "." + row.body));
        return Map.of("content-type", MEDIA_TYPE, "webhook-id", row.id, "webhook-timestamp", at,
            "webhook-signature", "v1," + signature);
    }

    /** Publishes on the bus. Nobody waits for intake there: what it refuses is in the inbox's dead-letter queue. */
    static Outcome put(Row row, String bus, URI url) throws InterruptedException {
        JsonNode event = read(row.body);
        Map<String, String> entry = Map.of("EventBusName", bus, "Source", event.path("source").asText(),
            "DetailType", event.path("type").asText(), "Detail", row.body);
        byte[] body = JSON.valueToTree(Map.of("Entries", List.of(entry))).toString().getBytes(StandardCharsets.UTF_8);
        var headers = Map.of("content-type", "application/x-amz-json-1.1", "x-amz-target", "AWSEvents.PutEvents");
        return untilKnown(row, () -> {
            HttpResponse<String> answer;
            try {
                answer = send(url, body, sigv4("events", url, body, headers));
            } catch (IOException error) {
                return new Attempt(Outcome.LATER, error.getClass().getSimpleName());
            }
            int status = answer.statusCode();
            JsonNode read = read(answer.body());
            // EventBridge answers 200 also for an entry that it did not take.
            JsonNode entryCode = read.path("Entries").path(0).path("ErrorCode");
            String code = status == 200 ? entryCode.asText() : read.path("__type").asText("" + status);
            if (code.isEmpty()) {
                return new Attempt(Outcome.STORED, "");
            }
            log(row, "EventBridge did not take it: %s", code);
            boolean mayPass = status >= 500 || code.contains("Throttl") || code.startsWith("Internal");
            return new Attempt(mayPass ? Outcome.LATER : Outcome.REFUSED, code);
        });
    }

    /** Whatever is between may answer without JSON. */
    static JsonNode read(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException notJson) {
            return JSON.missingNode();
        }
    }

    static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has HmacSHA256", impossible);
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    static String env(String name) {
        return System.getenv().getOrDefault(name, "");
    }

    static void log(Row row, String text, Object... values) {
        System.err.println("row " + row.id + ": " + text.formatted(values));
    }

    static Publisher publisher(String way) {
        URI url = URI.create(env("WAYBILL_URL"));
        return switch (way) {
            case "iam" -> {
                var headers = Map.of("content-type", MEDIA_TYPE);
                yield row -> post(row, url, it -> sigv4("lambda", url, it.bytes(), headers));
            }
            case "webhook" -> row -> post(row, url, it -> webhook(it, env("WAYBILL_SECRET")));
            case "bus" -> {
                String own = env("AWS_ENDPOINT_URL");
                String events = own.isEmpty() ? "https://events." + env("AWS_REGION") + ".amazonaws.com" : own;
                yield row -> put(row, env("WAYBILL_BUS"), URI.create(events + "/"));
            }
            default -> throw new IllegalArgumentException("expected iam, webhook or bus, not " + way);
        };
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Publisher publisher = publisher(arguments[0]);
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            JsonNode read = JSON.readTree(line);
            Row row = new Row(read.path("id").asText(), read.path("body").asText());
            System.out.println(row.id + " " + publisher.publish(row).name().toLowerCase());
        }
    }
}
