# Prints of a site's certificate what was noted in $folder when it was checked last, the sums of $live, of what is ordered and of the CA's secret as they are now, and what time it is.
[ ! -f "$folder/pair" ] || head -c 20000 "$folder/pair"
for file in "$live" "$folder/order.json" "$folder/eab.json"; do
	[ ! -f "$file" ] || echo "is $(sha256sum "$file")"
done
echo "now $(date +%s)"
