package remotetest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"math/big"

	"golang.org/x/crypto/ssh"
)

// A packetCipher is one direction of SSH's packets, by aes128-gcm@openssh.com; nil is in clear.
type packetCipher struct {
	aead cipher.AEAD
	iv   []byte
}

func newPacketCipher(key, iv []byte) *packetCipher {
	block, _ := aes.NewCipher(key) // fails for other lengths only
	aead, _ := cipher.NewGCM(block)
	return &packetCipher{aead, iv}
}

// count makes the next packet's nonce.
func (p *packetCipher) count() {
	binary.BigEndian.PutUint64(p.iv[4:], binary.BigEndian.Uint64(p.iv[4:])+1)
}

// seal makes a packet.
func (p *packetCipher) seal(payload []byte) []byte {
	const block = 16
	outside := 1 // of what has to fill blocks: the padding's length
	if p == nil {
		outside = 5
	}
	padding := block - (outside+len(payload))%block
	if padding < 4 {
		padding += block
	}
	packet := binary.BigEndian.AppendUint32(nil, uint32(1+len(payload)+padding))
	packet = append(packet, byte(padding))
	packet = append(append(packet, payload...), make([]byte, padding)...)
	if p == nil {
		return packet
	}
	defer p.count()
	return p.aead.Seal(packet[:4], p.iv, packet[4:], packet[:4:4])
}

// open reads a packet.
func (p *packetCipher) open(r io.Reader) ([]byte, error) {
	length := make([]byte, 4)
	if _, err := io.ReadFull(r, length); err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint32(length))
	if n > 1<<20 {
		return nil, errors.New("packet too long")
	}
	if p != nil {
		n += p.aead.Overhead()
	}
	packet := make([]byte, n)
	if _, err := io.ReadFull(r, packet); err != nil {
		return nil, err
	}
	if p != nil {
		plain, err := p.aead.Open(packet[:0], p.iv, packet, length)
		if err != nil {
			return nil, err
		}
		packet = plain
		p.count()
	}
	if len(packet) < 1 || int(packet[0])+1 >= len(packet) {
		return nil, errors.New("malformed packet")
	}
	return packet[1 : len(packet)-int(packet[0])], nil
}

// kexInit is the only way that a Liar knows to agree on keys.
func kexInit() []byte {
	none := []string{"none"}
	ciphers, macs := []string{"aes128-gcm@openssh.com"}, []string{"hmac-sha2-256"}
	return message(msgKexInit, struct {
		Cookie                     [16]byte
		Kex, HostKey               []string
		Cipher1, Cipher2, MAC1     []string
		MAC2, Compress1, Compress2 []string
		Language1, Language2       []string
		FirstFollows               bool
		Reserved                   uint32
	}{[16]byte{}, []string{"curve25519-sha256"}, []string{ssh.KeyAlgoED25519},
		ciphers, ciphers, macs, macs, none, none, nil, nil, false, 0})
}

// kexMessage gives the next packet of the given number; others are for Recv.
func (c *LyingConn) kexMessage(number byte) []byte {
	for {
		p := c.read()
		if p[0] == number {
			return p
		}
		c.later = append(c.later, p)
	}
}

// Kex agrees on keys, at first and any time later.
func (c *LyingConn) Kex() {
	ours := kexInit()
	c.Send(ours)
	theirs := c.kexMessage(msgKexInit)
	var init struct{ Public []byte }
	c.must(ssh.Unmarshal(c.kexMessage(msgECDHInit)[1:], &init))
	private, err := ecdh.X25519().GenerateKey(rand.Reader)
	c.must(err)
	public, err := ecdh.X25519().NewPublicKey(init.Public)
	c.must(err)
	shared, err := private.ECDH(public)
	c.must(err)

	secret := ssh.Marshal(struct{ K *big.Int }{new(big.Int).SetBytes(shared)})
	hostKey, answer := c.HostKey.PublicKey().Marshal(), private.PublicKey().Bytes()
	hash := sha256.Sum256(append(ssh.Marshal(struct {
		ClientVersion, ServerVersion string
		Theirs, Ours                 []byte
		HostKey, Init, Answer        []byte
	}{c.clientVersion, c.serverVersion, theirs, ours, hostKey, init.Public, answer}), secret...))
	if c.sessionID == nil {
		c.sessionID = hash[:]
	}
	signature, err := c.HostKey.Sign(rand.Reader, hash[:])
	c.must(err)
	c.Message(msgECDHReply, struct{ HostKey, Answer, Signature []byte }{hostKey, answer, ssh.Marshal(signature)})
	c.Send([]byte{msgNewKeys})
	derive := func(letter byte, n int) []byte {
		sum := sha256.Sum256(append(append(append(append([]byte(nil), secret...), hash[:]...), letter), c.sessionID...))
		return sum[:n]
	}
	c.out = newPacketCipher(derive('D', 16), derive('B', 12))
	c.kexMessage(msgNewKeys)
	c.in = newPacketCipher(derive('C', 16), derive('A', 12))
}
