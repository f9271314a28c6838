/** What messages travel by. */
export type FramegateTransport = "websocket" | "sse" | "longpoll";

export interface FramegateOptions {
    /** Subprotocols that are offered, as WebSocket's second argument. */
    protocols?: string | string[];
    /** What is tried, in this order. Default: all three, as above. */
    transports?: FramegateTransport[];
    /**
     * Milliseconds without a sign of life, after which the next transport is tried: a WebSocket
     * that does not open, a stream of events whose first byte does not come. Default: 5000.
     */
    timeout?: number;
    /**
     * Opens a new connection when one is lost for good, or could not be opened: true, or how many
     * times in a row. Each begins with "reconnect" and ends in "open". Default: false.
     */
    reconnect?: boolean | number;
    /**
     * Whether cookies travel with the requests of "sse" and "longpoll", as for fetch. Default:
     * "same-origin".
     */
    credentials?: RequestCredentials;
}

export interface FramegateEventMap extends WebSocketEventMap {
    /** `transport` is another now. Before the first "open", too. */
    transport: Event;
    /** The connection was lost, for this code and reason, and another one is being opened. */
    reconnect: CloseEvent;
}

/** A WebSocket that gets through. */
export class Framegate extends EventTarget {
    /** url: ws:, wss:, http:, https:, or relative to the page. */
    constructor(url: string | URL, protocols?: string | string[], options?: FramegateOptions);
    constructor(url: string | URL, options?: FramegateOptions);

    static readonly CONNECTING: 0;
    static readonly OPEN: 1;
    static readonly CLOSING: 2;
    static readonly CLOSED: 3;
    readonly CONNECTING: 0;
    readonly OPEN: 1;
    readonly CLOSING: 2;
    readonly CLOSED: 3;

    readonly url: string;
    readonly protocol: string;
    readonly extensions: string;
    readonly readyState: number;
    /** Bytes that were sent and have not left; of "sse" and "longpoll": not reached the backend. */
    readonly bufferedAmount: number;
    /** What is in use; "" before the first one was found. */
    readonly transport: FramegateTransport | "";
    binaryType: BinaryType;

    onopen: ((this: WebSocket, event: Event) => any) | null;
    onmessage: ((this: WebSocket, event: MessageEvent) => any) | null;
    onerror: ((this: WebSocket, event: Event) => any) | null;
    onclose: ((this: WebSocket, event: CloseEvent) => any) | null;
    ontransport: ((this: Framegate, event: Event) => any) | null;
    onreconnect: ((this: Framegate, event: CloseEvent) => any) | null;

    send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void;
    close(code?: number, reason?: string): void;

    addEventListener<K extends keyof FramegateEventMap>(type: K,
        listener: (this: Framegate, event: FramegateEventMap[K]) => any,
        options?: boolean | AddEventListenerOptions): void;
    addEventListener(type: string, listener: EventListenerOrEventListenerObject,
        options?: boolean | AddEventListenerOptions): void;
    removeEventListener<K extends keyof FramegateEventMap>(type: K,
        listener: (this: Framegate, event: FramegateEventMap[K]) => any,
        options?: boolean | EventListenerOptions): void;
    removeEventListener(type: string, listener: EventListenerOrEventListenerObject,
        options?: boolean | EventListenerOptions): void;
}

export default Framegate;
